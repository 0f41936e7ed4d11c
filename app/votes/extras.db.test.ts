import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { answerTo, claimOne, expireLeases, makeAnnotator, makePool, slotsOf } from "../../tests/support/annotation";
import { SYSTEM } from "../audit/commands.server";
import { sweepOnce } from "../assignment/sweep.server";
import { db, pool as connections } from "../database/client.server";
import { archivePool, restorePool, updatePool } from "../pools/commands.server";
import { submitVote } from "./submit.server";
import { undoVote } from "./undo.server";

/** A comparison that two people were given one after the other, so that the first answers late. */
async function twoOnOne() {
  const pool = await makePool();
  const [ann, ben] = [await makeAnnotator("Ann"), await makeAnnotator("Ben")];
  const late = await claimOne(ann.id, { poolId: pool.id });
  await expireLeases(late.comparisonId);
  await sweepOnce();
  const pair = await claimOne(ben.id, { poolId: pool.id });
  return { pool, ann, ben, late, pair, comparisonId: late.comparisonId };
}

const statusOf = async (annotatorId: string) => (await db.vote.findFirstOrThrow({ where: { annotatorId } })).status;

it("a slot that opens while a late answer is being written down is filled by it", async () => {
  const { ann, late, comparisonId } = await twoOnOne();
  await expireLeases(comparisonId);
  const blocker = await connections.connect();
  try {
    await blocker.query("BEGIN");
    await blocker.query(`LOCK TABLE "AuditEntry" IN EXCLUSIVE MODE`);
    const submitting = submitVote(ann, answerTo(late));
    const waiting = async () => (await connections.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)).rowCount;
    await expect.poll(waiting, { timeout: 15_000 }).toBeGreaterThan(0);
    await sweepOnce();
    await blocker.query("ROLLBACK");
    await submitting;
  } finally {
    blocker.release();
  }
  await sweepOnce();
  expect(await slotsOf(comparisonId)).toMatchObject([{ state: "done", annotatorId: ann.id }]);
  expect(await statusOf(ann.id)).toBe("counted");
});

it("a pool that comes back into service counts the answers that came late while it was away", async () => {
  const { pool, ann, late, comparisonId } = await twoOnOne();
  await archivePool(SYSTEM, pool.id);
  await expireLeases(comparisonId);
  await sweepOnce();
  expect(await submitVote(ann, answerTo(late))).toMatchObject({ status: "extra" });
  await restorePool(SYSTEM, pool.id);
  expect(await slotsOf(comparisonId)).toMatchObject([{ state: "done", annotatorId: ann.id }]);
  expect(await statusOf(ann.id)).toBe("counted");
});

it("a pool that asks for more votes counts the extra ones that are there", async () => {
  const { pool, ann, ben, late, pair, comparisonId } = await twoOnOne();
  await submitVote(ben, answerTo(pair));
  expect(await submitVote(ann, answerTo(late))).toMatchObject({ status: "extra" });
  await updatePool(SYSTEM, pool.id, { votesPerComparison: 3 });
  expect((await slotsOf(comparisonId)).map(({ state }) => state)).toEqual(["done", "done", "open"]);
  expect(await statusOf(ann.id)).toBe("counted");
});

it("an undo while its vote is being given a place leaves the place open to the person, not done without a vote", async () => {
  const { ann, late, comparisonId } = await twoOnOne();
  const { voteId } = await submitVote(ann, answerTo(late));
  const blocker = await connections.connect();
  try {
    await blocker.query("BEGIN");
    await blocker.query(`SELECT 1 FROM "Vote" WHERE "id" = $1 FOR UPDATE`, [voteId]);
    await blocker.query(
      `UPDATE "Slot" SET "state" = 'done', "annotatorId" = $2, "leaseId" = NULL, "leaseExpiresAt" = NULL WHERE "comparisonId" = $1`,
      [comparisonId, ann.id],
    );
    await blocker.query(
      `UPDATE "Vote" SET "status" = 'counted', "slotId" = (SELECT "id" FROM "Slot" WHERE "comparisonId" = $1) WHERE "id" = $2`,
      [comparisonId, voteId],
    );
    const undoing = undoVote(ann, { kind: "vote", tab: "tab", voteId, idempotencyKey: randomUUID() });
    const waiting = async () => (await connections.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)).rowCount;
    await expect.poll(waiting, { timeout: 15_000 }).toBeGreaterThan(0);
    await blocker.query("COMMIT");
    await undoing;
  } finally {
    blocker.release();
  }
  expect(await slotsOf(comparisonId)).toMatchObject([{ state: "leased", annotatorId: ann.id }]);
});
