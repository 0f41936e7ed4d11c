import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { answerTo, claim, expireLeases, makeAnnotator, makePool } from "../../tests/support/annotation";
import type { Pair } from "../annotate/schema";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import { skipPair } from "../votes/pass.server";
import { submitVote } from "../votes/submit.server";
import { undoVote } from "../votes/undo.server";
import { releaseLeases } from "./commands.server";
import { sweepOnce } from "./sweep.server";

type Person = Awaited<ReturnType<typeof makeAnnotator>>;
/** What one annotator has seen: leases may have run out meanwhile, as in a forgotten tab. */
type Desk = { person: Person; seen: Pair[]; votes: string[] };

const operations = {
  claim: async (desk: Desk, poolId: string) => {
    desk.seen.push(...(await claim(desk.person.id, { poolId, count: 2 })).pairs);
  },
  submit: async (desk: Desk) => {
    const pair = desk.seen.pop();
    if (pair) desk.votes.push((await submitVote(desk.person, answerTo(pair))).voteId);
  },
  submitOldest: async (desk: Desk) => {
    const pair = desk.seen.shift();
    if (pair) desk.votes.push((await submitVote(desk.person, answerTo(pair))).voteId);
  },
  skip: async (desk: Desk) => {
    const pair = desk.seen.pop();
    if (pair)
      await skipPair(desk.person, { comparisonId: pair.comparisonId, leaseId: pair.leaseId, reason: "unclear_prompt", comment: "" });
  },
  release: async (desk: Desk) => {
    const pair = desk.seen.at(-1);
    if (pair) await releaseLeases(desk.person.id, { leases: [pair] });
  },
  expire: async (desk: Desk) => {
    const pair = desk.seen.at(-1);
    if (pair) await expireLeases(pair.comparisonId);
    await sweepOnce();
  },
  undo: async (desk: Desk) => {
    const voteId = desk.votes.pop();
    if (voteId) await undoVote(desk.person, { kind: "vote", tab: `tab-of-${desk.person.id}`, voteId, idempotencyKey: randomUUID() });
  },
};
type Operation = keyof typeof operations;

const step = fc.record({
  who: fc.nat({ max: 3 }),
  what: fc.constantFrom<Operation>("claim", "claim", "submit", "submit", "submitOldest", "skip", "release", "expire", "undo"),
});
const scenario = fc.record({
  votes: fc.integer({ min: 1, max: 3 }),
  comparisons: fc.integer({ min: 1, max: 4 }),
  // Steps of one batch run at the same time, on connections of their own.
  batches: fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 10 }),
});

/** A refusal in words is a right outcome of a race: somebody was first. Anything else fails the test. */
const refusedAtWorst = async (work: Promise<unknown>) => {
  await work.catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
  });
};

async function counts(poolId: string) {
  return await db.$queryRaw<
    { comparisonId: string; wanted: number; slots: number; counted: number; placed: number; extra: number; skips: number }[]
  >`
    SELECT c."id" AS "comparisonId", c."votesRequired" AS "wanted",
      (SELECT count(*)::int FROM "Slot" s WHERE s."comparisonId" = c."id") AS "slots",
      (SELECT count(*)::int FROM "Vote" v WHERE v."comparisonId" = c."id" AND v."status" = 'counted') AS "counted",
      (SELECT count(*)::int FROM "Vote" v JOIN "Slot" s ON s."id" = v."slotId" AND s."state" = 'done' AND s."annotatorId" = v."annotatorId"
        WHERE v."comparisonId" = c."id" AND v."status" = 'counted') AS "placed",
      (SELECT count(*)::int FROM "Vote" v WHERE v."comparisonId" = c."id" AND v."status" = 'extra') AS "extra",
      (SELECT count(*)::int FROM "Skip" k WHERE k."comparisonId" = c."id") AS "skips"
    FROM "Comparison" c WHERE c."poolId" = ${poolId}::uuid`;
}

/** Everybody works until nothing is left for anybody; forgotten leases run out first. */
async function workToTheEnd(desks: Desk[], poolId: string) {
  await db.slot.updateMany({ where: { poolId, state: "leased" }, data: { leaseExpiresAt: new Date(0) } });
  await sweepOnce();
  for (const { person } of desks)
    for (;;) {
      await db.poolCursor.updateMany({ where: { userId: person.id }, data: { rescannedAt: new Date(0) } });
      const { pairs, status } = await claim(person.id, { poolId, tab: "the-last-tab" });
      if (!pairs[0]) {
        expect(status).toBe("finished");
        break;
      }
      await submitVote(person, answerTo(pairs[0], { draftVersion: pairs[0].draft?.version ?? 0 }));
    }
}

it("holds under any interleaving: never a vote too many, never a slot left behind, nobody twice on one comparison", async () => {
  const people = await Promise.all(["a", "b", "c", "d"].map(makeAnnotator));
  await fc.assert(
    fc.asyncProperty(scenario, async ({ votes, comparisons, batches }) => {
      const pool = await makePool({ votes, comparisons });
      const desks = people.map((person): Desk => ({ person, seen: [], votes: [] }));
      for (const batch of batches) {
        const running = batch.map(({ who, what }) => operations[what](desks[who] as Desk, pool.id));
        await Promise.all(running.map(refusedAtWorst));
        for (const row of await counts(pool.id)) {
          expect(row.counted).toBeLessThanOrEqual(row.wanted);
          expect(row).toMatchObject({ slots: row.wanted, placed: row.counted });
        }
      }
      await workToTheEnd(desks, pool.id);
      for (const row of await counts(pool.id)) expect(row.counted).toBe(Math.min(row.wanted, people.length - row.skips));
    }),
    { numRuns: 15, endOnFailure: false },
  );
}, 240_000);
