import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { SENTENCES, sentence } from "./sentences";

const app = path.resolve(import.meta.dirname, "..");

/** Every noun.verb that some command writes to the log. */
async function actionsInCode(): Promise<string[]> {
  const files = (await readdir(app, { recursive: true })).filter((file) => /\.server\.ts$/.test(file) && !file.startsWith("generated"));
  const texts = await Promise.all([...files, "../seed/load.ts"].map((file) => readFile(path.join(app, file), "utf8")));
  const audited = texts
    .filter((text) => /\baudit(With)?\(|INSERT INTO "AuditEntry"/.test(text))
    .flatMap((text) => [...text.matchAll(/"((?!options\.|params\.)[a-z]+\.[a-z_]+)"/g)]);
  const actions = audited.map(([, action]) => action ?? "").filter((action) => !action.endsWith(".json"));
  return [...new Set(actions)].sort();
}

describe("sentences of the audit log", () => {
  it("has one for every action that the code writes, and none for others", async () => {
    expect(Object.keys(SENTENCES).sort()).toEqual(await actionsInCode());
  });

  it("names the subject where the sentence needs it, and shows unknown actions as they are", () => {
    expect(sentence({ action: "user.close", detail: {}, subjectName: "Ben" })).toBe("closed the account of Ben");
    expect(sentence({ action: "pool.update", detail: { to: { name: "x", priority: 2 } }, subjectName: "Code" })).toBe(
      "changed name, priority of the pool Code",
    );
    expect(sentence({ action: "comparison.archive", detail: { count: 12 }, subjectName: null })).toBe("archived 12 comparisons");
    expect(sentence({ action: "thing.do", detail: null, subjectName: null })).toBe("thing.do");
  });
});
