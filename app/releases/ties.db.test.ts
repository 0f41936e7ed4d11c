import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { importFile } from "../../tests/support/imports";
import { allRows, makeRelease, readLines } from "../../tests/support/releases";
import { givenPool, type GivenVote } from "../../tests/support/votes";
import { COMMAND_LINE } from "../audit/commands.server";
import { releaseRows, type TieRow } from "../contract/release-row";
import { db } from "../database/client.server";
import { createPool } from "../pools/commands.server";
import { previewRelease } from "./queries.server";
import { leftOutWords, releaseOptions, type ReleaseOptionsInput } from "./schema";

let poolId: string;

/** Answers on one comparison each, and the row that the majority makes of them. */
const answers: Record<string, { given: GivenVote["side"][]; becomes: 0 | 1 | "tie" | "both_bad" | undefined; agreement?: number }> = {
  "one tie": { given: ["tie"], becomes: "tie", agreement: 1 },
  "one both bad": { given: ["both_bad"], becomes: "both_bad", agreement: 1 },
  "more bad than tied": { given: ["both_bad", "tie", "both_bad"], becomes: "both_bad", agreement: 1 },
  "as bad as tied": { given: ["both_bad", "tie"], becomes: "tie", agreement: 1 },
  "neither wins": { given: [0, "tie", "both_bad"], becomes: "tie", agreement: 0.667 },
  "a side wins": { given: [1, 1, "tie"], becomes: 1, agreement: 0.667 },
  "more than each other": { given: [0, 0, 1, "tie"], becomes: 0, agreement: 0.5 },
  "as many on a side as tied": { given: [0, "tie"], becomes: undefined },
  "one of each": { given: [0, 1, "both_bad"], becomes: undefined },
};
const names = (wanted: (becomes: unknown) => boolean) =>
  Object.keys(answers).filter((name) => wanted(answers[name]?.becomes)).sort(); // prettier-ignore
const isTie = (becomes: unknown) => typeof becomes === "string";

beforeAll(async () => {
  const comparisons = Object.entries(answers).map(([prompt, { given }]) => ({
    prompt,
    votes: given.map((side, index) => ({ by: `voter ${index}`, side, ...(typeof side === "number" && { strength: "better" as const }) })),
  }));
  poolId = (await givenPool("Ties", comparisons)).poolId;
});

const promptOf = (row: { prompt: { content: string }[] }) => row.prompt[0]?.content ?? "";
const release = (options: ReleaseOptionsInput = {}) => makeRelease({ pools: [poolId], validation: 0, test: 0, ...options });

describe("ties", () => {
  it("are written to ties.jsonl, never into the canonical files, and the preview counts them", async () => {
    const { folder, manifest } = await release();
    const ties = await readLines<TieRow>(folder, "ties.jsonl");
    expect(ties.map(promptOf).sort()).toEqual(names(isTie));
    for (const row of ties) {
      expect(releaseRows.ties.parse(row)).toEqual(row);
      const { given, becomes, agreement } = answers[promptOf(row)] ?? {};
      expect(row).toMatchObject({ tie: becomes, agreement, votes: given?.length, split: "train", models: { a: "model-a", b: "model-b" } });
      expect([row.a[0]?.content, row.b[0]?.content]).toEqual([`First answer to ${promptOf(row)}`, `Second answer to ${promptOf(row)}`]);
    }
    const rows = await allRows(folder, manifest);
    expect(rows.map(promptOf).sort()).toEqual(names((becomes) => typeof becomes === "number"));
    for (const row of rows) expect(row.agreement).toBe(answers[promptOf(row)]?.agreement);
    expect(manifest?.counts).toMatchObject({ rows: 2, ties: 5 });
    expect(manifest?.leftOut).toMatchObject({ votes: {}, rows: { no_majority: 2 } });
    expect(manifest?.files.find((file) => file.path === "ties.jsonl")).toMatchObject({ rows: 5 });
    const preview = await previewRelease(releaseOptions.parse({ pools: [poolId] }));
    expect(preview).toMatchObject({ rows: 2, ties: 5, leftOutVotes: {}, leftOutRows: { no_majority: 2 } });
    expect(await readFile(path.join(folder, "README.md"), "utf8")).toContain("`ties.jsonl` has 5 rows on which neither response is better");
  });

  it("are one row per vote where each vote is a row, and are kept whatever strengths are", async () => {
    const { folder, manifest, release: made } = await release({ aggregation: "votes", strengths: ["significantly_better", "better"] });
    const ties = await readLines<TieRow>(folder, "ties.jsonl");
    const given = Object.values(answers).flatMap((one) => one.given);
    expect(ties.map((row) => row.tie).sort()).toEqual(given.filter(isTie).sort());
    expect(ties.find((row) => promptOf(row) === "a side wins")).toMatchObject({
      votes: 3,
      agreement: 0.333,
      annotator: "pseudonym of voter 2",
    });
    expect(await allRows(folder, manifest)).toHaveLength(given.length - ties.length);
    expect(await db.releaseItem.count({ where: { releaseId: made.id } })).toBe(given.length);
  });

  it("change the content hash, and lead from the release to their votes", async () => {
    const { release: made, manifest } = await release({ variants: [] });
    expect(await db.releaseItem.count({ where: { releaseId: made.id } })).toBe(17);
    await db.comparison.updateMany({ where: { prompt: { excerpt: "one tie" } }, data: { archivedAt: new Date() } });
    const fewer = await release({ variants: [] });
    await db.comparison.updateMany({ data: { archivedAt: null } });
    expect(fewer.manifest?.counts).toMatchObject({ rows: 2, ties: 4 });
    expect(fewer.manifest?.contentHash).not.toBe(manifest?.contentHash);
  });

  it("come back as the same votes when the file is imported", async () => {
    const { folder } = await release({ aggregation: "votes" });
    const { id } = await createPool(COMMAND_LINE, { name: "Ties again", votesPerComparison: 3 });
    const run = await importFile(id, await readFile(path.join(folder, "ties.jsonl")), { name: "ties.jsonl" });
    expect(run).toMatchObject({ badRows: 0, votesAdded: 13 });
    const found = await db.voteRevision.groupBy({
      by: ["tie"],
      where: { vote: { comparison: { poolId: id } } },
      _count: true,
      orderBy: { tie: "asc" },
    });
    expect(found.map(({ tie, _count }) => [tie, _count])).toEqual([["tie", 7], ["both_bad", 6]]); // prettier-ignore
  });

  it("alone make no release, and it says why", async () => {
    const { poolId: only } = await givenPool("Only ties", [{ prompt: "Nothing else", votes: [{ by: "voter 0", side: "tie" }] }]);
    const { outcome, release: made } = await makeRelease({ pools: [only] });
    expect(outcome).toBe("failed");
    expect(made.error).toBe("These options leave no row: 1 on which neither response is better. Loosen a filter.");
  });
});

it("an earlier manifest's word for rows without a majority is still understood", () => {
  expect(leftOutWords("tie")).toBe(leftOutWords("no_majority"));
});
