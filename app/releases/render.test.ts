import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ReleaseRow, TieRow } from "../contract/release-row";
import type { SourceRow } from "./read.server";
import { canonicalLine, pairLines, pairsOf, renderRow, sftLine, tieLine, type Rendered } from "./render";
import { releaseOptions, VARIANTS, type Variant } from "./schema";

const none = {
  facts: null,
  tools: null,
  chosen_calls: null,
  rejected_calls: null,
  tie: null,
  edited: null,
  strength: null,
  annotator: null,
  chosen_side: null,
  imported: null,
};
const options = releaseOptions.parse({});

/** The database's view of a canonical sample. */
function sourceOf(row: ReleaseRow): SourceRow {
  return {
    ...none,
    ...{ row_id: row.id, split: "train", messages: row.prompt },
    ...{ chosen: row.chosen[0]?.content ?? "", rejected: row.rejected[0]?.content ?? "", edited: row.edited?.[0]?.content ?? null },
    ...{ strength: row.strength ?? null, votes: String(row.votes), agreement: row.agreement, round: row.round, pool: row.pool },
    ...{ chosen_model: row.models.chosen, rejected_model: row.models.rejected },
    ...{ annotator: row.annotator ?? null, chosen_side: row.chosen_side ?? null, imported: row.imported ?? null },
  };
}

function sourceOfTie(row: TieRow): SourceRow {
  return {
    ...none,
    ...{ row_id: row.id, split: row.split, messages: row.prompt, tie: row.tie },
    ...{ chosen: row.a[0]?.content ?? "", rejected: row.b[0]?.content ?? "" },
    ...{ votes: String(row.votes), agreement: row.agreement, round: row.round, pool: row.pool },
    ...{ chosen_model: row.models.a, rejected_model: row.models.b },
    ...{ annotator: row.annotator ?? null, chosen_side: row.a_side ?? null, imported: row.imported ?? null },
  };
}

const sample = (kind: string) => readFile(path.resolve("tests/contract/release-rows", `${kind}.jsonl`), "utf8");
const rendered = async () =>
  (await sample("canonical"))
    .trimEnd()
    .split("\n")
    .map((line) => renderRow(sourceOf(JSON.parse(line) as ReleaseRow), options));

const linesOf = (variant: Variant, rows: Rendered[]) =>
  variant === "sft" ? rows.map(sftLine) : rows.flatMap((row) => pairsOf(row, options.pairs)).map((pair) => pairLines[variant](pair) ?? "");

describe("the lines of a release", () => {
  it("are the canonical samples of the contract, byte for byte", async () => {
    expect((await rendered()).map(canonicalLine).join("")).toBe(await sample("canonical"));
  });

  it("are the samples of ties, byte for byte", async () => {
    const lines = (await sample("ties")).trimEnd().split("\n");
    expect(lines.map((line) => tieLine(sourceOfTie(JSON.parse(line) as TieRow), options)).join("")).toBe(await sample("ties"));
  });

  it.each([...VARIANTS])("are the %s samples of the contract, byte for byte", async (variant) => {
    expect(linesOf(variant, await rendered()).join("")).toBe(await sample(variant));
  });

  it("make no pair of an edit that equals the rejected response", async () => {
    const [row] = await rendered();
    if (!row?.edited) throw new Error("the first sample has an edit");
    const same = { ...row, edited: row.rejected, texts: { ...row.texts, edited: row.texts.rejected } };
    expect(pairsOf(same, options.pairs).map((pair) => pair.kind)).toEqual(["edited>chosen", "chosen>rejected"]);
  });

  it("drop what else a stored message carries, so that no null reaches a chat template", async () => {
    const [row] = (await sample("canonical")).split("\n");
    const source = sourceOf(JSON.parse(row ?? "") as ReleaseRow);
    const stored = { role: "user", content: "Hi", name: null };
    const messages = [stored] as unknown as SourceRow["messages"];
    expect(canonicalLine(renderRow({ ...source, messages }, options))).toContain('"prompt":[{"role":"user","content":"Hi"}],');
  });
});
