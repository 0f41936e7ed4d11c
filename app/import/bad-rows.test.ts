import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { badRowInWords, leaveBadRows } from "./bad-rows.server";

it("bad rows are left where the user wants them, and a clean import removes those of an earlier one", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "tiebreak-bad-rows-"));
  try {
    const [kept, target] = [path.join(folder, "kept.jsonl"), path.join(folder, "errors.jsonl")];
    await writeFile(kept, '{"row":1}\n');
    await leaveBadRows(kept, target, 1);
    expect(await readFile(target, "utf8")).toBe('{"row":1}\n');
    await leaveBadRows(path.join(folder, "none.jsonl"), target, 0);
    await expect(readFile(target)).rejects.toThrow("ENOENT");
    // There is nothing to remove.
    await leaveBadRows(path.join(folder, "none.jsonl"), target, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("a bad row is one line for a person", () => {
  expect(badRowInWords({ line: 4, field: "prompt", reason: "is missing" })).toBe("  line 4: prompt is missing");
  expect(badRowInWords({ line: 5, field: "", reason: "is a list" })).toBe("  line 5: is a list");
});
