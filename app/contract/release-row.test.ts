import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { releaseRows, releaseRowSchema } from "./release-row";

const dir = path.resolve("tests/contract");
const lines = async (name: string) => {
  const text = await readFile(path.join(dir, "release-rows", name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
};

describe("rows of a release", () => {
  it.each(Object.keys(releaseRows) as (keyof typeof releaseRows)[])("accepts every %s sample", async (kind) => {
    const rows = await lines(`${kind}.jsonl`);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(releaseRows[kind].parse(row)).toEqual(row);
  });

  it("refuses every invalid sample, and names the field", async () => {
    for (const { reason, field, row } of (await lines("invalid.jsonl")) as { reason: string; field: string; row: unknown }[]) {
      const parsed = releaseRows.canonical.safeParse(row);
      expect(parsed.success, reason).toBe(false);
      expect(parsed.error?.issues.map((issue) => issue.path.join(".")).join(" "), reason).toContain(field);
    }
  });

  it("is what the exported JSON Schema says (npm run contract writes it)", async () => {
    expect(JSON.parse(await readFile(path.join(dir, "release-row.schema.json"), "utf8"))).toEqual(releaseRowSchema());
  });
});
