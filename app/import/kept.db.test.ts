import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { importFile, jsonl, queueImport } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { createPool } from "../pools/commands.server";
import { readBadRows } from "./bad-rows.server";
import { badRowsPath } from "./files.server";
import { importedEmail } from "./prepare.server";
import { runImport } from "./run.server";

let poolId: string;
let pools = 0;
const never = new AbortController().signal;

const responses = [
  { model: "m1", text: "one" },
  { model: "m2", text: "two" },
];
const row = (more: object = {}) => ({ prompt: "Question", responses, ...more });
const swapped = (more: object = {}) => row({ ...more, responses: [...responses].reverse() });
const bad = async (id: string) =>
  (await readBadRows(badRowsPath(id), { skip: 0, take: 100 })).map(({ row: at, field }) => `${at} ${field}`);
const load = async (rows: object[], options = {}) => await importFile(poolId, jsonl(rows), { options });

/** The votes of the pool in the order in which they came, each as a short text. */
async function votes() {
  const found = await db.vote.findMany({
    where: { comparison: { poolId } },
    orderBy: { id: "asc" },
    include: { annotator: true, current: { include: { edit: true } } },
  });
  return found.map(({ annotator, status, externalId, current }) => {
    const { side, tie, strength, edit, comment, reason, metadata } = current!;
    const who = annotator.unnamedInId ? "-" : annotator.name;
    return [who, tie ?? side, strength, edit?.text, comment, reason, metadata && JSON.stringify(metadata), externalId, status === "extra" && "extra"] // prettier-ignore
      .filter((part) => part !== null && part !== "" && part !== undefined && part !== false)
      .join(" ");
  });
}

const aliases = async () =>
  (await db.alias.findMany({ where: { prompt: { poolId } }, orderBy: { id: "asc" } })).map(({ externalId, metadata, params, ...of }) =>
    [of.responseId ? "response" : of.comparisonId ? "comparison" : "prompt", externalId, metadata && JSON.stringify(metadata), params && JSON.stringify(params)] // prettier-ignore
      .filter(Boolean)
      .join(" "),
  );

beforeEach(async () => {
  poolId = (await createPool(COMMAND_LINE, { name: `Kept ${++pools}`, votesPerComparison: 2 })).id;
});

describe("ties", () => {
  it("are votes that fill places; the same again adds nothing, and another answer is refused", async () => {
    const given = row({
      votes: [
        { annotator: "ann", choice: "tie" },
        { annotator: "bob", choice: "both_bad", comment: "Both wrong." },
        { annotator: "cy", choice: 1, strength: "better" },
      ],
    });
    expect(await load([given])).toMatchObject({ votesAdded: 3, badRows: 0 });
    expect(await votes()).toEqual(["ann tie", "bob both_bad Both wrong.", "cy 1 better extra"]);
    expect(await db.slot.findMany({ where: { poolId }, select: { state: true } })).toEqual([{ state: "done" }, { state: "done" }]);
    expect(await load([given])).toMatchObject({ votesAdded: 0, duplicates: 1, badRows: 0 });
    const again = swapped({ votes: [{ annotator: "ann", choice: "tie" }, { annotator: "cy", side: 0, strength: "better" }] }); // prettier-ignore
    expect(await load([again])).toMatchObject({ votesAdded: 0, duplicates: 1, badRows: 0 });
    const other = await load([row({ votes: [{ annotator: "ann", choice: "both_bad" }] })]);
    expect(await bad(other.id)).toEqual(["1 votes[0]"]);
  });
});

describe("one vote that cannot be taken", () => {
  it("costs no other vote of its row, and is named", async () => {
    await load([row({ votes: [{ annotator: "ann", side: 0 }] })]);
    const run = await load([
      row({
        votes: [
          { annotator: "bob", side: 1 },
          { annotator: "ann", side: 1 },
          { annotator: "bob", side: 1 },
          { annotator: "bob", side: 0 },
          { annotator: "cy", side: 2 },
        ],
      }),
      row({ votes: [{ annotator: "ann", side: 1 }] }),
    ]);
    expect(run).toMatchObject({ votesAdded: 1, badRows: 4, duplicates: 0, rows: 2 });
    expect(await bad(run.id)).toEqual(["1 votes[4].side", "1 votes[1]", "1 votes[3]", "2 votes[0]"]);
    expect(await votes()).toEqual(["ann 0", "bob 1"]);
  });

  it("is one that says more than was known of a vote that is there: it is not lost in silence", async () => {
    await load([row({ votes: [{ annotator: "ann", side: 0, comment: "Short." }] })]);
    const say = async (more: object) => await load([row({ votes: [{ annotator: "ann", side: 0, ...more }] })]);
    for (const more of [{ comment: "Long." }, { reason: "Because." }, { metadata: { n: 1 } }, { external_id: "v1" }])
      expect(await say(more)).toMatchObject({ badRows: 1, votesAdded: 0 });
    expect(await say({})).toMatchObject({ badRows: 0, duplicates: 1 });
    expect(await say({ comment: "Short." })).toMatchObject({ badRows: 0, duplicates: 1 });
  });
});

describe("votes of people who are not named", () => {
  const preference = { prompt: "Question", chosen: "one", rejected: "two" };
  const against = { prompt: "Question", chosen: "two", rejected: "one" };

  it("are one each, also on one pair; the file twice, another order or more of it adds what is new", async () => {
    const file = [preference, against, preference, { ...preference, comment: "Sure." }];
    expect(await load(file)).toMatchObject({ votesAdded: 4, duplicates: 0, badRows: 0, comparisonsAdded: 1 });
    expect(await votes()).toEqual(["- 0", "- 1", "- 0 extra", "- 0 Sure. extra"]);
    expect(await load(file)).toMatchObject({ votesAdded: 0, duplicates: 4 });
    expect(await load([...file].reverse())).toMatchObject({ votesAdded: 0, duplicates: 4 });
    expect(await load([...file, against, against])).toMatchObject({ votesAdded: 2, duplicates: 4 });
    expect(await db.user.count({ where: { unnamedInId: poolId } })).toBe(6);
    expect(await db.importMatch.count()).toBe(0);
    // Another pair of the pool has its own unnamed people, who may be the same.
    expect(await load([{ ...preference, prompt: "Other" }])).toMatchObject({ votesAdded: 1 });
    expect(await db.user.count({ where: { unnamedInId: poolId } })).toBe(6);
  });

  it("are somebody's where the options say whose", async () => {
    expect(await load([preference, preference, against], { annotator: "Bob" })).toMatchObject({ votesAdded: 1, duplicates: 1, badRows: 1 });
    expect(await votes()).toEqual(["Bob 0"]);
  });

  it("are told apart by the ids of their rows", async () => {
    const judged = (id: string) => ({ ...preference, id });
    expect(await load([judged("j1"), judged("j2")])).toMatchObject({ votesAdded: 2, duplicates: 0 });
    expect(await load([judged("j2"), judged("j3"), judged("j1")])).toMatchObject({ votesAdded: 1, duplicates: 2 });
    expect(await votes()).toEqual(["- 0", "- 0 j2", "- 0 j3 extra"]);
  });

  it("are those of imports that were made before there were unnamed votes", async () => {
    const { id } = await db.user.create({
      data: { email: importedEmail(poolId, "unknown annotator"), name: "unknown annotator", pseudonym: "p", role: "annotator", imported: true }, // prettier-ignore
    });
    const migration = readFileSync("prisma/migrations/20261126045508_ties_tools_and_ids/migration.sql", "utf8");
    await db.$executeRawUnsafe(migration.slice(migration.lastIndexOf('UPDATE "User"')));
    expect(await db.user.findUnique({ where: { id } })).toMatchObject({ unnamedInId: poolId });
    await load([preference]);
    expect(await db.vote.findFirst({ where: { comparison: { poolId } } })).toMatchObject({ annotatorId: id });
    expect(await load([{ ...preference, annotator: "unknown annotator" }])).toMatchObject({ duplicates: 1, votesAdded: 0 });
  });

  it("are neither doubled nor lost when an import is taken over in the middle, or two run at once", { timeout: 120_000 }, async () => {
    const content = jsonl(Array.from({ length: 1200 }, (_, index) => ({ ...preference, prompt: `Question ${index % 400}` })));
    const interrupted = async () => {
      const { id } = await queueImport(poolId, content);
      const running = runImport(id, never);
      while ((await db.importRun.findUniqueOrThrow({ where: { id } })).rows === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await db.importRun.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
      expect([await runImport(id, never), await running]).toEqual(["done", "lost"]);
      return await db.importRun.findUniqueOrThrow({ where: { id } });
    };
    expect(await interrupted()).toMatchObject({ votesAdded: 1200, duplicates: 0, badRows: 0 });
    expect(await interrupted()).toMatchObject({ votesAdded: 0, duplicates: 1200, badRows: 0 });
    const both = await Promise.all([importFile(poolId, content), importFile(poolId, content)]);
    expect(both.map(({ votesAdded }) => votesAdded)).toEqual([0, 0]);
  });
});

describe("ids and metadata", () => {
  const more = [{ model: "m3", text: "three" }, { model: "m4", text: "four" }]; // prettier-ignore

  it("of a second row with the same prompt are kept beside the first: of the pair, of responses, and of the prompt", async () => {
    const rows = [
      row({ external_id: "a", metadata: { set: 1 } }),
      row({ external_id: "b", metadata: { set: 2 }, responses: more }),
      row({ external_id: "a", metadata: { set: 1 }, responses: [responses[0], more[0]] }),
      row({ external_id: "c" }),
      row({ external_id: "d", metadata: { set: 1 }, responses: [] }),
      row({ responses: [...responses, ...more].map((response, index) => ({ ...response, external_id: `r${index}`, params: { seed: index } })) }), // prettier-ignore
      row({ responses: [], metadata: { set: 1 } }),
      row({ comparison: { external_id: "e", metadata: { kind: "x" } }, responses: [responses[1], more[1]] }),
    ];
    expect(await load(rows)).toMatchObject({ promptsAdded: 1, badRows: 0, duplicates: 1 });
    const prompt = await db.prompt.findFirstOrThrow({ where: { poolId }, include: { comparisons: { orderBy: { id: "asc" } } } });
    expect(prompt).toMatchObject({ externalId: "a", metadata: { set: 1 } });
    expect(prompt.comparisons.map(({ externalId, metadata }) => [externalId, metadata])).toMatchObject([
      [null, null],
      ["b", { set: 2 }],
      [null, null],
      [null, null],
      [null, null],
      [null, null],
    ]);
    expect(await aliases()).toEqual([
      "comparison c",
      "prompt d",
      ...["r0", "r1", "r2", "r3"].map((id, index) => `response ${id} {"seed":${index}}`),
      'comparison e {"kind":"x"}',
    ]);
    expect(await load(rows)).toMatchObject({ promptsAdded: 0, comparisonsAdded: 0, badRows: 0, duplicates: 8 });
    expect(await aliases()).toHaveLength(7);
    // The id of a pair names one prompt of its pool, like that of a prompt.
    const run = await load([{ external_id: "b", prompt: "Other" }, { external_id: "c", prompt: "Other" }]); // prettier-ignore
    expect(await bad(run.id)).toEqual(["1 external_id", "2 external_id"]);
  });

  it("of responses and votes are stored with them", async () => {
    const given = responses.map((response, index) => ({ ...response, external_id: `r${index}`, metadata: { rank: index } }));
    const vote = { annotator: "ann", side: 1, comment: "c", reason: "r", metadata: { time: [1, null] }, external_id: "v" };
    const rows = [row({ responses: given, votes: [vote] })];
    expect(await load(rows)).toMatchObject({ badRows: 0, votesAdded: 1 });
    expect(await votes()).toEqual(['ann 1 c r {"time":[1,null]} v']);
    const stored = await db.response.findMany({ where: { prompt: { poolId } }, orderBy: { id: "asc" } });
    expect(stored.map(({ externalId, metadata }) => [externalId, metadata])).toEqual([["r0", { rank: 0 }], ["r1", { rank: 1 }]]); // prettier-ignore
    expect(await load(rows)).toMatchObject({ badRows: 0, duplicates: 1 });
  });

  it("of a row that is one judgment go to its vote; of a vote that is there, to its pair", async () => {
    const judged = (id: string, annotator: string) => ({ id, prompt: "Question", chosen: "one", rejected: "two", annotator });
    await load([judged("a", "ann"), judged("b", "bob"), judged("c", "ann")]);
    expect(await votes()).toEqual(["ann 0", "bob 0 b"]);
    expect(await aliases()).toEqual(["comparison c"]);
    expect(await load([judged("a", "ann"), judged("b", "bob"), judged("c", "ann")])).toMatchObject({ duplicates: 3, badRows: 0 });
  });

  it("of an unknown field are metadata where the options say so", async () => {
    const run = await load([row({ score: 0.5 })], { unknownFields: "metadata" });
    expect(run).toMatchObject({ badRows: 0, options: { unknownFields: "metadata" } });
    expect(await db.prompt.findFirst({ where: { poolId } })).toMatchObject({ metadata: { score: 0.5 } });
  });
});

describe("messages of today's models", () => {
  const call = { id: "c1", type: "function", function: { name: "f", arguments: { zone: "UTC", at: 1 } } };
  const tools = [{ type: "function", function: { name: "f", description: "d", parameters: { z: 1, a: 2 } } }];
  const given = {
    prompt: [{ role: "user", content: "q" }, { role: "assistant", content: "", tool_calls: [call] }, { role: "tool", content: "r", tool_call_id: "c1" }], // prettier-ignore
    tools,
    responses: [{ model: "m1", text: "", tool_calls: [call] }, { model: "m2", text: "" }], // prettier-ignore
  };

  it("are stored as they are, order of keys included where they are not of a prompt's message", async () => {
    expect(await load([given, { ...given, tools: undefined }])).toMatchObject({ promptsAdded: 2, responsesAdded: 4, badRows: 0 });
    const prompt = await db.prompt.findFirstOrThrow({ where: { poolId, tools: { not: "null" } }, include: { responses: { orderBy: { id: "asc" } } } }); // prettier-ignore
    expect(prompt).toMatchObject({ messages: given.prompt, extended: true, turns: 1 });
    expect(JSON.stringify(prompt.tools)).toBe(JSON.stringify(tools));
    expect(JSON.stringify(prompt.responses[0]?.toolCalls)).toBe(JSON.stringify([call]));
    expect(prompt.responses[1]).toMatchObject({ toolCalls: null, text: "" });
    expect(await load([given])).toMatchObject({ duplicates: 1 });
  });
});
