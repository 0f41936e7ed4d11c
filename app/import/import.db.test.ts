import { beforeEach, describe, expect, it } from "vitest";
import { importFile, jsonl, queueImport } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { claimRunById } from "../background/queue.server";
import { db } from "../database/client.server";
import { archivePool, createPool } from "../pools/commands.server";
import { readBadRows } from "./bad-rows.server";
import { cancelImport } from "./commands.server";
import { badRowsPath } from "./files.server";
import { runImport } from "./run.server";

let poolId: string;
let pools = 0;
const never = new AbortController().signal;

const pair = (external_id: string, more: object = {}) => ({
  external_id,
  prompt: `Question ${external_id}`,
  responses: [
    { model: "m1", text: `one ${external_id}` },
    { model: "m2", text: `two ${external_id}` },
  ],
  ...more,
});

async function counts() {
  const where = { poolId };
  return {
    prompts: await db.prompt.count({ where }),
    responses: await db.response.count({ where: { prompt: where } }),
    comparisons: await db.comparison.count({ where }),
    slots: await db.slot.count({ where }),
    votes: await db.vote.count({ where: { comparison: where } }),
  };
}

const bad = (id: string) => readBadRows(badRowsPath(id), { skip: 0, take: 100 });

beforeEach(async () => {
  poolId = (await createPool(COMMAND_LINE, { name: `Pool ${++pools}`, votesPerComparison: 2 })).id;
});

describe("an import", () => {
  it("adds prompts, responses, comparisons and open slots, in the order of the file", async () => {
    const run = await importFile(poolId, jsonl([pair("a"), pair("b"), { prompt: "Alone" }]));
    expect(run).toMatchObject({ outcome: "done", status: "done", rows: 3, promptsAdded: 3, responsesAdded: 4, comparisonsAdded: 2 });
    expect(run.bytesDone).toBe(run.bytesTotal);
    expect(await counts()).toEqual({ prompts: 3, responses: 4, comparisons: 2, slots: 4, votes: 0 });
    const slots = await db.slot.findMany({
      where: { poolId },
      orderBy: { position: "asc" },
      include: { comparison: { include: { prompt: true } } },
    });
    expect(slots.map(({ comparison, ordinal, state }) => `${comparison.prompt.externalId}${ordinal} ${state}`)).toEqual([
      "a0 open",
      "a1 open",
      "b0 open",
      "b1 open",
    ]);
    const prompts = await db.prompt.findMany({ where: { poolId }, orderBy: { id: "asc" } });
    expect(prompts.map(({ externalId }) => externalId)).toEqual(["a", "b", null]);
  });

  it("adds nothing the second time, nor with sides the other way round", async () => {
    const votes = [{ annotator: "ann", side: 0, strength: "better", edited: "better one" }];
    await importFile(poolId, jsonl([pair("a", { votes }), pair("b")]));
    const before = await counts();
    const again = await importFile(poolId, jsonl([pair("a", { votes }), pair("b")]));
    expect(again).toMatchObject({ status: "done", duplicates: 2, badRows: 0, promptsAdded: 0, votesAdded: 0 });
    const swapped = pair("a", { votes: [{ ...votes[0], side: 1 }] });
    swapped.responses.reverse();
    expect(await importFile(poolId, jsonl([swapped]))).toMatchObject({ duplicates: 1, badRows: 0 });
    expect(await counts()).toEqual(before);
  });

  it("overwrites nothing: an id with another text, another gold, another vote are bad rows", async () => {
    await importFile(poolId, jsonl([pair("a", { votes: [{ annotator: "ann", side: 0 }], gold: { side: 0 } })]));
    const before = await db.prompt.findFirstOrThrow({ where: { poolId } });
    const run = await importFile(
      poolId,
      jsonl([
        pair("a", { prompt: "Other text" }),
        pair("a", { gold: { side: 1 } }),
        pair("a", { votes: [{ annotator: "ann", side: 1 }] }),
        pair("b"),
        pair("b", { prompt: "Another" }),
      ]),
    );
    expect(run).toMatchObject({ status: "done", badRows: 4, promptsAdded: 1 });
    expect((await bad(run.id)).map(({ line, field }) => `${line} ${field}`)).toEqual([
      "1 external_id",
      "2 gold",
      "3 votes[0]",
      "5 external_id",
    ]);
    expect(await db.prompt.findUnique({ where: { id: before.id } })).toEqual(before);
  });

  it("keeps bad rows with line, field, reason and source, and stops nothing else", async () => {
    const run = await importFile(poolId, `{"prompt":"ok 1"}\n{"prompt":\n\n{"promt":"x"}\n{"prompt":7}\n{"prompt":"ok 2"}\n`);
    expect(run).toMatchObject({ status: "done", rows: 5, badRows: 3, promptsAdded: 2 });
    expect(await bad(run.id)).toEqual([
      { row: 2, line: 2, field: "", reason: expect.stringMatching(/not JSON/), source: '{"prompt":' },
      { row: 3, line: 4, field: "promt", reason: expect.stringMatching(/did you mean "prompt"/), source: '{"promt":"x"}' },
      {
        row: 4,
        line: 5,
        field: "prompt",
        reason: expect.stringMatching(/is a number where a text or a list of messages is due/),
        source: '{"prompt":7}',
      },
    ]);
  });

  it("keeps every kind of text as it is", async () => {
    const texts = [
      "<script>alert(1)</script>\t\\N \\.",
      "x".repeat(200_000),
      "\u202Eעברית العربية",
      "👩‍👩‍👧‍👦 e\u0301 a\u200Bb",
      "a\r\nb\u2028c\\",
      " ",
    ];
    const rows = texts.map((text, index) => ({
      prompt: `P${index} ${text}`,
      responses: [{ model: "m\t\\", text, params: { text } }],
      metadata: { text },
    }));
    expect(await importFile(poolId, jsonl(rows))).toMatchObject({ status: "done", badRows: 0 });
    const stored = await db.prompt.findMany({ where: { poolId }, orderBy: { id: "asc" }, include: { responses: true } });
    expect(
      stored.map(({ messages, metadata, responses: [response] }) => ({
        prompt: (messages as [{ content: string }])[0].content,
        responses: [{ model: response?.modelName, text: response?.text, params: response?.params }],
        metadata,
      })),
    ).toEqual(rows);
  });

  it("flags responses that give their model away", async () => {
    const responses = [
      { model: "m1", text: "I am ChatGPT, made by OpenAI." },
      { model: "m2", text: "Paris." },
    ];
    await importFile(poolId, jsonl([{ prompt: "Capital of France?", responses }]));
    const stored = await db.response.findMany({ where: { prompt: { poolId } }, orderBy: { modelName: "asc" } });
    expect(stored.map(({ leaksIdentity }) => leaksIdentity)).toEqual([true, false]);
  });

  it("makes the pairs that its options ask for", async () => {
    const responses = ["a", "b", "c", "d"].map((text) => ({ model: `m${text}`, text }));
    await importFile(poolId, jsonl([{ prompt: "all", responses }]));
    expect((await counts()).comparisons).toBe(6);
    const options = { pairs: { rule: "random", count: 2, seed: 7 } };
    expect(await importFile(poolId, jsonl([{ prompt: "some", responses }]), { options })).toMatchObject({ comparisonsAdded: 2 });
    expect(await importFile(poolId, jsonl([{ prompt: "some", responses }]), { options })).toMatchObject({ comparisonsAdded: 0 });
  });

  it("pairs responses across rows and imports when asked to, the same whatever their order", async () => {
    const rows = ["a", "b", "c", "d"].map((text) => ({ prompt: "one", responses: [{ model: `m${text}`, text }] }));
    expect(await importFile(poolId, jsonl(rows))).toMatchObject({ responsesAdded: 4, comparisonsAdded: 0 });
    const random = { options: { pairs: { rule: "random", count: 2, seed: 3 } } };
    expect(await importFile(poolId, jsonl(rows.slice(0, 1)), random)).toMatchObject({ comparisonsAdded: 2 });
    const other = await createPool(COMMAND_LINE, { name: `Reversed ${poolId}` });
    expect(await importFile(other.id, jsonl([...rows].reverse()), random)).toMatchObject({ comparisonsAdded: 2 });
    const texts = async (id: string) => {
      const found = await db.comparison.findMany({ where: { poolId: id }, include: { responseA: true, responseB: true } });
      return found.map(({ responseA, responseB }) => [responseA.text, responseB.text].sort().join("")).sort();
    };
    expect(await texts(other.id)).toEqual(await texts(poolId));

    const all = { options: { pairs: { rule: "all" } } };
    expect(await importFile(poolId, jsonl(rows), all)).toMatchObject({ comparisonsAdded: 4, duplicates: 4 });
    expect(await importFile(poolId, jsonl(rows), all)).toMatchObject({ comparisonsAdded: 0 });
    expect(await db.slot.count({ where: { poolId } })).toBe(12);
  });

  it("keeps the votes of rows of two responses whatever pairs are drawn", async () => {
    const votes = [{ annotator: "ann", side: 0 }];
    const rows = Array.from({ length: 5 }, (_, n) => ({
      prompt: "one",
      responses: [
        { model: "m1", text: `first ${n}` },
        { model: "m2", text: `second ${n}` },
      ],
      votes,
    }));
    const options = { pairs: { rule: "random", count: 1, seed: 0 } };
    const run = await importFile(poolId, jsonl(rows), { options });
    expect(run.votesAdded).toBe(5);
    expect([5, 6]).toContain(run.comparisonsAdded);
  });

  it("refuses an archived pool and an empty file", async () => {
    await expect(importFile(poolId, "")).rejects.toThrow(/is empty/);
    await archivePool(COMMAND_LINE, poolId);
    await expect(importFile(poolId, jsonl([pair("a")]))).rejects.toThrow(/archived/);
  });
});

describe("imported votes", () => {
  it("fill slots, with their time, edit and strength or none; further ones are extra", async () => {
    const votes = [
      { annotator: "ann", side: 0, strength: "better", edited: "one a!", created_at: "2025-01-02T03:04:05Z" },
      { annotator: "bob", side: 1 },
      { annotator: "cy", side: 1, strength: "marginally_better" },
    ];
    const run = await importFile(poolId, jsonl([pair("a", { votes }), pair("b", { votes: [{ annotator: "ann", side: 1 }] })]));
    expect(run).toMatchObject({ status: "done", votesAdded: 4 });
    const stored = await db.vote.findMany({
      where: { comparison: { poolId } },
      include: { annotator: true, current: { include: { edit: true } }, slot: true },
      orderBy: { id: "asc" },
    });
    expect(stored.map(({ annotator, status, slot }) => [annotator.name, status, slot?.state, slot?.ordinal])).toEqual([
      ["ann", "counted", "done", 0],
      ["bob", "counted", "done", 1],
      ["cy", "extra", undefined, undefined],
      ["ann", "counted", "done", 0],
    ]);
    expect(stored[0]?.current).toMatchObject({
      kind: "import",
      side: 0,
      strength: "better",
      leftSide: null,
      createdAt: new Date("2025-01-02T03:04:05Z"),
      edit: { text: "one a!", distance: 1 },
    });
    expect(stored[1]?.current).toMatchObject({ side: 1, strength: null, edit: null });
    expect(stored[0]?.annotator).toMatchObject({ imported: true, role: "annotator" });
    expect(await db.password.count({ where: { user: { imported: true } } })).toBe(0);
    expect(await db.slot.count({ where: { poolId, state: "open" } })).toBe(1);
  });

  it("come to comparisons that are there already, but not to places that somebody holds", async () => {
    await importFile(poolId, jsonl([pair("a")]));
    const person = await db.user.create({ data: { email: `${pools}@x`, name: "x", pseudonym: `x${pools}`, role: "annotator" } });
    await db.$executeRaw`UPDATE "Slot" SET "state" = 'leased', "annotatorId" = ${person.id}::uuid, "leaseId" = gen_random_uuid(),
      "leaseExpiresAt" = now() + interval '1 hour' WHERE "poolId" = ${poolId}::uuid AND "ordinal" = 0`;
    const votes = ["ann", "bob"].map((annotator) => ({ annotator, side: 0, strength: "better" }));
    expect(await importFile(poolId, jsonl([pair("a", { votes })]))).toMatchObject({ votesAdded: 2, duplicates: 0 });
    const stored = await db.vote.findMany({ where: { comparison: { poolId } }, orderBy: { id: "asc" } });
    expect(stored.map(({ status }) => status)).toEqual(["counted", "extra"]);
  });

  it("tell people of different pools apart", async () => {
    await importFile(poolId, jsonl([pair("a", { votes: [{ annotator: "annotator1", side: 0 }] })]));
    const other = (await createPool(COMMAND_LINE, { name: `Pool ${++pools}` })).id;
    await importFile(other, jsonl([pair("a", { votes: [{ annotator: "annotator1", side: 0 }] })]));
    expect(await db.user.count({ where: { name: "annotator1" } })).toBeGreaterThanOrEqual(2);
  });

  it("of a preference without strength have none, and keep the side that was shown", async () => {
    await importFile(poolId, jsonl([{ prompt: "Q", chosen: "good", rejected: "bad", chosen_side: "right" }]));
    const { current } = await db.vote.findFirstOrThrow({ where: { comparison: { poolId } }, include: { current: true } });
    expect(current).toMatchObject({ side: 0, strength: null, leftSide: 1 });
  });
});

describe("several imports, and interrupted ones", { timeout: 120_000 }, () => {
  const many = (count: number, offset = 0) =>
    jsonl(
      Array.from({ length: count }, (_, index) => {
        const number = index + offset;
        return pair(`${number}`, { votes: [{ annotator: `p${number % 7}`, side: number % 2 }] });
      }),
    );

  it("go into one pool at once without a row twice or missing", async () => {
    const runs = await Promise.all([importFile(poolId, many(1500)), importFile(poolId, many(1500, 1000)), importFile(poolId, many(1200))]);
    expect(runs.map(({ outcome }) => outcome)).toEqual(["done", "done", "done"]);
    expect(await counts()).toMatchObject({ prompts: 2500, comparisons: 2500, slots: 5000, votes: 2500 });
    expect(runs.reduce((sum, { promptsAdded }) => sum + promptsAdded, 0)).toBe(2500);
  });

  it("keep what is committed when cancelled, and say so", async () => {
    const { id } = await queueImport(poolId, many(20_000));
    const running = runImport(id, never);
    const rows = async () => (await db.importRun.findUniqueOrThrow({ where: { id } })).rows;
    while ((await rows()) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await cancelImport(COMMAND_LINE, id)).toBe("asked");
    expect(await running).toBe("cancelled");
    const run = await db.importRun.findUniqueOrThrow({ where: { id } });
    expect(run).toMatchObject({ status: "cancelled", promptsAdded: run.rows });
    expect(run.rows).toBeLessThan(20_000);
    expect((await counts()).prompts).toBe(run.rows);
  });

  it("are carried on from the last commit, with one copy of each bad row", async () => {
    const content = jsonl(Array.from({ length: 3000 }, (_, index) => (index % 100 === 0 ? { promt: index } : pair(`${index}`))));
    const { id } = await queueImport(poolId, content);
    const stop = new AbortController();
    const running = runImport(id, stop.signal);
    while ((await db.importRun.findUniqueOrThrow({ where: { id } })).rows === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // Another process takes over, as after a kill: the first one finds itself shut out at its next commit.
    await db.importRun.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
    const second = runImport(id, never);
    expect(await running).toBe("lost");
    expect(await second).toBe("done");
    expect(await db.importRun.findUniqueOrThrow({ where: { id } })).toMatchObject({
      rows: 3000,
      badRows: 30,
      promptsAdded: 2970,
      duplicates: 0,
    });
    expect((await bad(id)).map(({ row }) => row)).toEqual(Array.from({ length: 30 }, (_, index) => index * 100 + 1));
    expect(await claimRunById("ImportRun", id)).toBeUndefined();
  });
});
