import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { filePath, messages } from "./jobs";
import { jobsSchema } from "./jobs-schema";
import { paramsOf, type JobType } from "./recipes";

const read = async <T>(name: string) => JSON.parse(await readFile(path.resolve("tests/contract", name), "utf8")) as T;
type Name = keyof typeof messages;

describe("the worker protocol", () => {
  it("has samples of every message, and accepts each one as it is", async () => {
    const samples = await read<Record<Name, unknown[]>>("jobs/messages.json");
    expect(Object.keys(samples).sort()).toEqual(Object.keys(messages).sort());
    for (const [name, all] of Object.entries(samples))
      for (const sample of all) expect(messages[name as Name].parse(sample), name).toEqual(sample);
  });

  it("refuses every invalid sample, and names the field", async () => {
    const samples = await read<Record<Name, { reason: string; field: string; value: unknown }[]>>("jobs/invalid.json");
    for (const [name, all] of Object.entries(samples))
      for (const { reason, field, value } of all) {
        const parsed = messages[name as Name].safeParse(value);
        expect(parsed.success, `${name}: ${reason}`).toBe(false);
        expect(
          parsed.error?.issues.map((issue) => issue.path.join(".")),
          reason,
        ).toContain(field);
      }
  });

  it("takes no path that could lead out of a folder; the worker's tests read the same list", async () => {
    const { good, bad } = await read<{ good: string[]; bad: string[] }>("jobs/paths.json");
    const accepted = (paths: string[]) => paths.filter((one) => filePath.safeParse(one).success);
    expect(accepted(good)).toEqual(good);
    expect(accepted(bad)).toEqual([]);
  });

  it("accepts the samples of every recipe, and fills in the defaults", async () => {
    const samples = await read<Record<JobType, Record<string, unknown>[]>>("jobs/params.json");
    expect(Object.keys(samples).sort()).toEqual(Object.keys(paramsOf).sort());
    for (const [type, all] of Object.entries(samples))
      for (const sample of all) expect(paramsOf[type as JobType].parse(sample), type).toMatchObject(sample);
    expect(paramsOf.train_dpo.parse({})).toMatchObject({ beta: 0.1, nll_weight: 0.2, learning_rate: 1e-5, mask_format: true });
    expect(paramsOf.train_rm.parse({})).toMatchObject({ margins: "none", strengths: ["significantly_better", "better"] });
  });

  it("refuses a setting that does not exist, rather than ignore it", () => {
    expect(paramsOf.train_sft.safeParse({ beta: 0.1 }).success).toBe(false);
  });

  it("is what the exported JSON Schema says (npm run contract writes it)", async () => {
    expect(await read("jobs.schema.json")).toEqual(jobsSchema());
  });
});
