import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { answerTo, claim, claimOne, draftOf, makeAnnotator } from "../../tests/support/annotation";
import { importFile, jsonl, queueImport } from "../../tests/support/imports";
import { makeRelease } from "../../tests/support/releases";
import { heartbeat } from "../assignment/commands.server";
import { COMMAND_LINE } from "../audit/commands.server";
import { db, pool as connections } from "../database/client.server";
import { saveDraft } from "../drafts/commands.server";
import { createPool } from "../pools/commands.server";
import { flagPair, skipPair } from "../votes/pass.server";
import { submitVote } from "../votes/submit.server";
import { undoVote } from "../votes/undo.server";
import { retryImport } from "./commands.server";
import { undonePath } from "./files.server";
import { previewUndo, undoImport } from "./undo.server";

let poolId: string;
let pools = 0;
beforeEach(async () => {
  // Two votes per comparison: one that the file brings, and one that somebody may give.
  poolId = (await createPool(COMMAND_LINE, { name: `Pool ${++pools}`, votesPerComparison: 2, guidelines: "Be fair." })).id;
});

const TEXTS = ["one", "two", "three"];
/** A row with as many responses as `models`, and an imported vote where there are two. */
const row = (
  name: string,
  { models = ["m1", "m2"], votes = [{ annotator: "ann", side: 0, strength: "better", edited: "one!" }] as object[] } = {},
) => ({
  external_id: name,
  prompt: `Question ${name}`,
  metadata: { source: "test" },
  responses: models.map((model, index) => ({ model, text: TEXTS[index] })),
  ...(models.length === 2 ? { votes } : {}),
});
const rows = (...names: string[]) => jsonl(names.map((name) => row(name)));

const TABLES = ["Prompt", "Response", "Comparison", "Slot", "Vote", "VoteRevision", "Edit", "Alias", "Draft", "Skip", "Flag"];
/** Everything in these tables, without the places in the queue: a place that was filled and opens again goes to its end. */
async function everything(): Promise<Record<string, unknown[]>> {
  const all = TABLES.map(async (table) => {
    const { rows: found } = await connections.query<{ row: Record<string, unknown> }>(
      `SELECT to_json(t) AS row FROM "${table}" t ORDER BY 1::text`,
    );
    return [table, found.map(({ row: { position: _, updatedAt: __, ...rest } }) => JSON.stringify(rest)).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}
const counts = async () => ({
  prompts: await db.prompt.count({ where: { poolId } }),
  comparisons: await db.comparison.count({ where: { poolId } }),
  votes: await db.vote.count({ where: { comparison: { poolId } } }),
});
const undo = (id: string) => undoImport(COMMAND_LINE, id);
const gone = { status: 410, code: "pair_gone" };

describe("undoing an import", { timeout: 120_000 }, () => {
  it("leaves everything as it was before, keeps what went as a file, and lets the same file come again", async () => {
    await importFile(poolId, rows("a", "b"));
    const before = await everything();
    const run = await importFile(poolId, rows("b", "c", "d"));
    expect(run).toMatchObject({ promptsAdded: 2, responsesAdded: 4, comparisonsAdded: 2, votesAdded: 2 });
    const between = await everything();
    const removed = { prompts: 2, responses: 4, comparisons: 2, votes: 2 };
    const preview = await previewUndo(run.id);
    expect(preview).toMatchObject({ refusal: null, removed, kept: { prompts: 0, responses: 0, comparisons: 0 } });
    expect(await everything()).toEqual(between);
    expect(await undo(run.id)).toMatchObject({ removed });
    expect(await everything()).toEqual(before);

    const lines = gunzipSync(await readFile(undonePath(run.id)))
      .toString()
      .trim()
      .split("\n");
    const kept = lines.map((line) => JSON.parse(line) as { table: string; row: { id: string } });
    const went = TABLES.flatMap((table) => between[table]!.filter((one) => !before[table]!.includes(one)).map(() => table));
    expect(kept.map(({ table }) => table).sort()).toEqual(went.sort());
    expect(kept[0]).toMatchObject({ table: "Prompt", row: { externalId: expect.stringMatching(/^[cd]$/) as string } });
    expect(await db.auditEntry.findFirst({ where: { action: "import.undo" } })).toMatchObject({ subjectId: run.id, detail: { removed } });
    expect(await db.importRun.findUnique({ where: { id: run.id } })).toMatchObject({
      undoneAt: expect.any(Date) as Date,
      undone: { removed },
    });

    expect(await importFile(poolId, rows("b", "c", "d"))).toMatchObject({
      promptsAdded: 2,
      comparisonsAdded: 2,
      votesAdded: 2,
      duplicates: 1,
    });
    await expect(undo(run.id)).rejects.toMatchObject({ status: 409, message: "This import was undone already." });
  });

  it("gives the places back that its votes had filled, to the oldest extra vote if there is one", async () => {
    await importFile(poolId, jsonl([row("a", { votes: [] })]));
    const votes = ["ann", "bob"].map((annotator) => ({ annotator, side: 0 }));
    const filled = await importFile(poolId, jsonl([row("a", { votes })]));
    await importFile(poolId, jsonl([row("a", { votes: [{ annotator: "eve", side: 1 }] })]));
    const states = async () =>
      (await db.vote.findMany({ where: { comparison: { poolId } }, orderBy: { id: "asc" } })).map(({ status }) => status);
    expect(await states()).toEqual(["counted", "counted", "extra"]);
    expect(await undo(filled.id)).toMatchObject({ removed: { prompts: 0, comparisons: 0, votes: 2 } });
    expect(await states()).toEqual(["counted"]);
    expect(await db.slot.count({ where: { poolId, state: "open" } })).toBe(1);
    // Places open again at the end of the queue, where whoever has passed them finds them.
    expect((await claim((await makeAnnotator()).id, { poolId })).pairs).toHaveLength(1);
  });

  it("leaves what another import has built on, and says how much", async () => {
    const first = await importFile(poolId, rows("a", "b", "c"));
    const second = await importFile(
      poolId,
      jsonl([row("a", { models: ["m1", "m2", "m3"] }), row("b", { votes: [{ annotator: "eve", side: 1 }] })]),
    );
    expect(second).toMatchObject({ responsesAdded: 1, comparisonsAdded: 2, votesAdded: 1 });
    const { removed, kept } = await undo(first.id);
    // The comparison of b has a vote of the other import, and both answers to a are compared with a third one.
    expect(kept).toEqual({ prompts: 2, responses: 4, comparisons: 1 });
    expect(removed).toEqual({ prompts: 1, responses: 2, comparisons: 2, votes: 3 });
    expect(await counts()).toEqual({ prompts: 2, comparisons: 3, votes: 1 });
    expect(await undo(second.id)).toMatchObject({ removed: { responses: 1, comparisons: 2, votes: 1 } });
    expect(await importFile(poolId, rows("a", "b", "c"))).toMatchObject({ promptsAdded: 1, comparisonsAdded: 2, votesAdded: 3 });
  });

  it("takes along what people have begun on its pairs, and tells them", async () => {
    const run = await importFile(poolId, rows("a", "b", "c"));
    const [ann, bob] = [await makeAnnotator("Ann"), await makeAnnotator("Bob")];
    const pair = await claimOne(ann.id, { poolId });
    const draft = {
      tab: pair.leaseId,
      comparisonId: pair.comparisonId,
      leaseId: pair.leaseId,
      baseVersion: 0,
      content: draftOf({ choice: "left" }),
    };
    await saveDraft(ann.id, draft);
    const skipped = await claimOne(bob.id, { poolId });
    const pass = { comparisonId: skipped.comparisonId, leaseId: skipped.leaseId, comment: "" };
    await skipPair(bob, { ...pass, reason: "unclear_prompt" });
    await flagPair(ann, { comparisonId: pair.comparisonId, leaseId: pair.leaseId, reason: "duplicate", comment: "", skip: false });
    expect((await previewUndo(run.id)).dropped).toEqual({ leases: 1, drafts: 1, skips: 1, flags: 1 });
    await undo(run.id);
    await expect(submitVote(ann, answerTo(pair))).rejects.toMatchObject(gone);
    await expect(saveDraft(ann.id, { ...draft, baseVersion: 1 })).rejects.toMatchObject({ status: expect.any(Number) as number });
    await expect(saveDraft(bob.id, { ...draft, leaseId: skipped.leaseId, comparisonId: skipped.comparisonId })).rejects.toMatchObject(gone);
    await expect(skipPair(ann, { ...pass, comparisonId: pair.comparisonId, leaseId: pair.leaseId, reason: "other" })).rejects.toMatchObject(
      gone,
    );
    await expect(
      flagPair(ann, { comparisonId: pair.comparisonId, leaseId: pair.leaseId, reason: "duplicate", comment: "", skip: true }),
    ).rejects.toMatchObject(gone);
    const { leases } = await heartbeat(ann.id, { tab: `tab-of-${ann.id}`, active: true, leases: [pair] });
    expect(leases).toMatchObject([{ state: "lost" }]);
    expect(await claim(ann.id, { poolId })).toMatchObject({ pairs: [], status: "finished" });
  });
});

describe("an import is not undone", { timeout: 120_000 }, () => {
  const refused = (id: string, message: RegExp) =>
    expect(undo(id)).rejects.toMatchObject({ status: 409, message: expect.stringMatching(message) as string });

  it("once somebody voted on what it added, also when the vote was taken back", async () => {
    const run = await importFile(poolId, rows("a", "b"));
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId });
    const { voteId } = await submitVote(ann, answerTo(pair));
    const before = await everything();
    expect((await previewUndo(run.id)).refusal).toMatch(/^1 vote was given on what it added/);
    await refused(run.id, /^1 vote was given/);
    expect(await everything()).toEqual(before);
    await undoVote(ann, { kind: "vote", tab: "t", voteId, idempotencyKey: crypto.randomUUID() });
    await refused(run.id, /^1 vote was given/);
  });

  it("once its votes are in a release, or were changed by their annotator", async () => {
    const run = await importFile(poolId, rows("a"));
    const { release } = await makeRelease({ pools: [poolId] });
    await refused(run.id, new RegExp(`^Its votes are in release ${release.number}, and a release never changes`));
    const other = await importFile(poolId, rows("b"));
    const vote = await db.vote.findFirstOrThrow({ where: { importId: other.id } });
    const changed = {
      voteId: vote.id,
      number: 2,
      kind: "regrade" as const,
      side: 1,
      strength: "better" as const,
      leftSide: 0,
      idempotencyKey: "again",
    };
    await db.voteRevision.create({ data: changed });
    await refused(other.id, /^1 of its votes was changed by the annotator/);
  });

  it("while it runs, nor tried again once it was undone", async () => {
    const { id } = await queueImport(poolId, rows("a"));
    await refused(id, /^This import is not finished/);
    const failed = await importFile(poolId, `${rows("b")}{"prompt":`);
    await db.importRun.update({ where: { id: failed.id }, data: { status: "failed" } });
    await undo(failed.id);
    await expect(retryImport(COMMAND_LINE, failed.id)).rejects.toThrow(/not undone/);
  });

  it("when an older version did not record what it added", async () => {
    const run = await importFile(poolId, rows("a"));
    await db.response.updateMany({ where: { importId: run.id }, data: { importId: null } });
    await refused(run.id, /older version/);
  });

  it("by taking anything else out of what is append-only", async () => {
    const run = await importFile(poolId, rows("a"));
    const ann = await makeAnnotator();
    await submitVote(ann, answerTo(await claimOne(ann.id, { poolId })));
    const attempt = (import_: string, sql: string) =>
      db.$transaction([
        db.$executeRaw`UPDATE "ImportRun" SET "undoneAt" = now() WHERE "id" = ${import_}::uuid`,
        db.$executeRaw`SELECT set_config('tiebreak.undone_import', ${import_}, true)`,
        db.$executeRaw`UPDATE "Vote" SET "currentId" = NULL`,
        db.$executeRawUnsafe(sql),
      ]);
    await expect(attempt(run.id, `DELETE FROM "VoteRevision" WHERE "kind" = 'submit'`)).rejects.toThrow(/append-only/);
    await expect(attempt(run.id, `UPDATE "VoteRevision" SET "comment" = 'forged'`)).rejects.toThrow(/append-only/);
    const other = await importFile(poolId, rows("b"));
    await expect(
      attempt(other.id, `DELETE FROM "VoteRevision" WHERE "voteId" IN (SELECT "id" FROM "Vote" WHERE "importId" = '${run.id}')`),
    ).rejects.toThrow(/append-only/);
  });
});

describe("while people are at work", () => {
  const waiting = (sql: string) =>
    vi.waitFor(
      async () => {
        const { rowCount } = await connections.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
          [sql],
        );
        expect(rowCount).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 10 },
    );

  /** Nobody writes to the audit log until `work` is done: a vote and an undo stop there, with all their rows written. */
  async function whileUnlogged(work: () => Promise<void>): Promise<void> {
    const lock = await connections.connect();
    await lock.query(`BEGIN; LOCK TABLE "AuditEntry" IN EXCLUSIVE MODE`);
    await work().finally(async () => {
      await lock.query("ROLLBACK");
      lock.release();
    });
  }
  const settled = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

  it("a vote that is being written is waited for, counts, and stops the undo", async () => {
    const run = await importFile(poolId, rows("a"));
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId });
    let [vote, undone]: Promise<unknown>[] = [];
    await whileUnlogged(async () => {
      vote = settled(submitVote(ann, answerTo(pair)));
      await waiting('%INSERT INTO "public"."AuditEntry"%');
      undone = settled(undo(run.id));
      await waiting("%FOR UPDATE%");
    });
    expect(await vote).toMatchObject({ status: "counted" });
    expect(await undone).toMatchObject({ status: 409, message: expect.stringMatching(/^1 vote was given/) as string });
    expect(await counts()).toEqual({ prompts: 1, comparisons: 1, votes: 2 });
  });

  it("a vote that comes while it is undone hears that the pair is gone", async () => {
    const run = await importFile(poolId, rows("a", "b"));
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId });
    let [undone, vote, claimed]: Promise<unknown>[] = [];
    await whileUnlogged(async () => {
      undone = settled(undo(run.id));
      await waiting("%WITH extra%");
      vote = settled(submitVote(ann, answerTo(pair)));
      claimed = settled(claim((await makeAnnotator("Bob")).id, { poolId }));
      await waiting('%UPDATE "Slot"%');
    });
    expect(await undone).toMatchObject({ removed: { comparisons: 2 } });
    expect(await vote).toMatchObject(gone);
    expect(await claimed).toMatchObject({ pairs: [] });
    expect(await counts()).toEqual({ prompts: 0, comparisons: 0, votes: 0 });
  });

  it("either everything is undone and no vote was taken, or every vote that was taken is there", { timeout: 120_000 }, async () => {
    for (let round = 0; round < 6; round++) {
      const names = Array.from({ length: 12 }, (_, index) => `${round}-${index}`);
      const run = await importFile(poolId, rows(...names));
      const people = await Promise.all(Array.from({ length: 4 }, () => makeAnnotator()));
      let taken = 0;
      const work = people.map(async (one) => {
        for (let step = 0; step < 4; step++) {
          const { pairs } = await claim(one.id, { poolId, count: 2 });
          // In some rounds the undo comes first, in others a vote.
          for (const pair of round % 2 === 0 ? pairs : [])
            await submitVote(one, answerTo(pair)).then(
              () => taken++,
              (error: unknown) => expect(error).toMatchObject(gone),
            );
        }
      });
      const undone = undo(run.id).then(
        () => true,
        (error: unknown) => (expect(error).toMatchObject({ status: 409 }), false),
      );
      await Promise.all(work);
      const given = await db.vote.count({ where: { comparison: { poolId }, importId: null } });
      expect(given).toBe(taken);
      if (await undone) expect({ given, ...(await counts()) }).toMatchObject({ given: 0, comparisons: 0 });
      const wrong = await connections.query(
        `SELECT 1 FROM "Slot" s LEFT JOIN "Vote" v ON v."slotId" = s."id" WHERE (s."state" = 'done') <> (v."id" IS NOT NULL)`,
      );
      expect(wrong.rowCount).toBe(0);
      poolId = (await createPool(COMMAND_LINE, { name: `Pool ${++pools}`, votesPerComparison: 2, guidelines: "Be fair." })).id;
    }
  });
});
