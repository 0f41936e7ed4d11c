import { readFile } from "node:fs/promises";
import path from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { beforeAll, describe, expect, it } from "vitest";
import { importFile, jsonl } from "../../tests/support/imports";
import { allRows, makeRelease, readLines } from "../../tests/support/releases";
import { COMMAND_LINE } from "../audit/commands.server";
import { releaseRows, type ReleaseRow, type TieRow } from "../contract/release-row";
import { db } from "../database/client.server";
import { createPool } from "../pools/commands.server";
import type { ReleaseOptionsInput } from "./schema";

let poolId: string;

const answers = [
  { model: "m1", text: "one", external_id: "r1", metadata: { by: "Zoë" }, params: { temperature: 0.5 } },
  { model: "m2", text: "two" },
];
const given = [
  {
    ...{ external_id: "p1", metadata: { topic: "naïve", deep: { list: [1, null] } }, prompt: "Full?", responses: answers },
    comparison: { external_id: "c1", metadata: { batch: 7 } },
    votes: [
      { annotator: "ann", side: 0, strength: "better", comment: "Señor \"so\"\n", reason: "It is right.", metadata: { ms: 12 }, external_id: "v1" },
      { annotator: "bob", side: 1, strength: "better", comment: "No." },
      { annotator: "cy", side: 0, strength: "better" },
    ],
  },
  // The same pair by another name: kept beside the first.
  { external_id: "p1b", prompt: "Full?", responses: [{ ...answers[0], external_id: "r1b" }, answers[1]] },
  { external_id: "p2", prompt: "Plain?", responses: [{ model: "m1", text: "yes" }, { model: "m2", text: "no" }], votes: [{ annotator: "ann", side: 1 }] }, // prettier-ignore
  {
    ...{ external_id: "p3", metadata: { topic: "ties" }, prompt: "Tied?", responses: [{ model: "m1", text: "a" }, { ...answers[0], model: "m2", text: "b" }] },
    votes: [{ annotator: "ann", choice: "both_bad", comment: "Both are wrong.", metadata: { sure: true } }],
  },
]; // prettier-ignore

const newPool = async (name: string) => (await createPool(COMMAND_LINE, { name, votesPerComparison: 3 })).id;
const release = (options: ReleaseOptionsInput = {}) => makeRelease({ pools: [poolId], validation: 0, test: 0, ...options });
const factsOf = (row: object) =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => /external_id|metadata|vote_id|comment|reason|details/.test(name))
      .map(([name, value]: [string, string]) => [name, /metadata|details/.test(name) ? (JSON.parse(value) as unknown) : value]),
  );
const byPrompt = (rows: (ReleaseRow | TieRow)[], text: string) => rows.filter((row) => row.prompt[0]?.content === text).map(factsOf);

const pair = { external_id: "c1", metadata: { batch: 7 } };
const details = {
  prompt: { external_id: "p1", metadata: { topic: "naïve", deep: { list: [1, null] } } },
  chosen: { external_id: "r1", metadata: { by: "Zoë" }, params: { temperature: 0.5 } },
  also: [{ of: "chosen", external_id: "r1b" }, { of: "comparison", external_id: "p1b" }], // prettier-ignore
};

beforeAll(async () => {
  poolId = await newPool("Facts");
  expect(await importFile(poolId, jsonl(given))).toMatchObject({ badRows: 0 });
});

describe("what imports and annotators said", () => {
  it("comes back in rows of a majority, where each vote is told in a list", async () => {
    const { folder, manifest } = await release();
    const rows = await allRows(folder, manifest);
    for (const row of rows) expect(releaseRows.canonical.parse(row)).toEqual(row);
    const votes = [
      { answer: "chosen", external_id: "v1", comment: 'Señor "so"\n', reason: "It is right.", metadata: { ms: 12 } },
      { answer: "rejected", comment: "No." },
    ];
    expect(byPrompt(rows, "Full?")).toEqual([{ ...pair, details: { ...details, votes } }]);
    expect(byPrompt(rows, "Plain?")).toEqual([{ external_id: "p2" }]);
    const ties = await readLines<TieRow>(folder, "ties.jsonl");
    for (const row of ties) expect(releaseRows.ties.parse(row)).toEqual(row);
    expect(ties.map(factsOf)).toEqual([
      {
        ...{ external_id: "p3", metadata: { topic: "ties" } },
        details: { b: details.chosen, votes: [{ answer: "both_bad", comment: "Both are wrong.", metadata: { sure: true } }] },
      },
    ]);
  });

  it("comes back in rows of single votes, in fields, and the first rows have what any has", async () => {
    const { folder, manifest } = await release({ aggregation: "votes" });
    const rows = await allRows(folder, manifest);
    for (const row of rows) expect(releaseRows.canonical.parse(row)).toEqual({ ...row, imported: true });
    const { chosen, also, prompt } = details;
    const lost = { prompt, rejected: chosen, also: [{ ...also[0], of: "rejected" }, also[1]] };
    const first = { vote_id: "v1", comment: 'Señor "so"\n', reason: "It is right.", vote_metadata: { ms: 12 } };
    expect(new Set(byPrompt(rows, "Full?"))).toEqual(
      new Set([
        { ...pair, ...first, details },
        { ...pair, comment: "No.", details: lost },
        { ...pair, details },
      ]),
    );
    const [tie] = await readLines<TieRow>(folder, "ties.jsonl");
    expect(tie?.imported).toBe(true);
    expect(factsOf(tie ?? {})).toMatchObject({ comment: "Both are wrong.", vote_metadata: { sure: true }, details: { b: chosen } });
    expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(["vote_id", "reason", "vote_metadata", "details"]));
  });

  it("is in Parquet columns of one type", async () => {
    for (const aggregation of ["votes", "majority"] as const) {
      const { folder, manifest } = await release({ aggregation });
      const file = await asyncBufferFromFile(path.join(folder, "train.parquet"));
      const read = (await parquetReadObjects({ file, compressors })) as Record<string, unknown>[];
      const filled = read.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined)),
      );
      for (const row of read) expect(row.imported).toBe(aggregation === "votes" ? true : undefined);
      expect(filled.map(factsOf)).toEqual((await allRows(folder, manifest)).map(factsOf));
      expect(Object.keys(read[0] ?? {})).toEqual(expect.arrayContaining(["external_id", "metadata", "details"]));
    }
  });

  it("is left out where it is not wanted", async () => {
    const { folder, manifest } = await release({ details: false, aggregation: "votes" });
    for (const row of await allRows(folder, manifest)) expect(factsOf(row)).toEqual({});
    const file = await asyncBufferFromFile(path.join(folder, "train.parquet"));
    expect(Object.keys(((await parquetReadObjects({ file, compressors })) as object[])[0] ?? {})).not.toContain("details");
  });

  it("comes back once more when a release is imported", async () => {
    const { folder } = await release({ aggregation: "votes" });
    const again = await newPool("Facts again");
    for (const name of ["train.jsonl", "ties.jsonl"])
      expect(await importFile(again, await readFile(path.join(folder, name)), { name })).toMatchObject({ badRows: 0 });
    const facts = async (pool: string) => {
      const prompts = await db.prompt.findMany({
        where: { poolId: pool },
        orderBy: { excerpt: "asc" },
        select: {
          ...{ externalId: true, metadata: true, messages: true },
          responses: { orderBy: { modelName: "asc" }, select: { text: true, externalId: true, metadata: true, params: true } },
          comparisons: { select: { externalId: true, metadata: true } },
        },
      });
      const said = await db.voteRevision.findMany({
        where: { vote: { comparison: { poolId: pool } }, OR: [{ comment: { not: "" } }, { reason: { not: "" } }] },
        orderBy: { comment: "asc" },
        select: { comment: true, reason: true, tie: true, vote: { select: { externalId: true } } },
      });
      return { prompts, said };
    };
    expect(await facts(again)).toEqual(await facts(poolId));
  });
});
