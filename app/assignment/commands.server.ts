import type { z } from "zod";
import type {
  ClaimResponse,
  ClaimStatus,
  HeartbeatResponse,
  LeaseState,
  claimRequest,
  heartbeatRequest,
  releaseRequest,
} from "../annotate/schema";
import { type Transaction, db } from "../database/client.server";
import { retryRaces } from "../database/retry.server";
import { env } from "../env.server";
import { UserError } from "../errors";
import { loadPairs } from "./pairs.server";
import { answeredSince, progressOf } from "./progress.server";
import { type Holder, giveBack, lockAnswer, restartScan, takeNext, takeOpenSlot } from "./queue.server";
import { verifyLease } from "./secret.server";
import { type OpenPool, type Standing, standingOf } from "./standing.server";
import { sweepOnce } from "./sweep.server";
import { plural } from "../ui/number";

/** The queue is searched from its beginning at most so often per person and pool. */
const RESCAN_SECONDS = 3;
/** Rows per look at the queue: few at first, which nearly always is enough; more when those did not suit. */
const FIRST_WINDOW = 16;
const NEXT_WINDOW = 512;
/** Looks per pool and request. A search that is not through by then goes on with the next request. */
const MAX_LOOKS = 16;
/** Pairs that one person may hold over all tabs, so that nobody can empty a pool by opening tabs. */
const MAX_HELD = 16;

type Search = { slotId: bigint | null; ended: boolean; blocked: boolean };

/**
 * Gives a tab its pairs: those that it holds already, those of the person's tabs that were closed, then new ones from
 * the pools open to them, in order of priority. The same tab asking again gets the same pairs.
 */
export async function claimPairs(annotatorId: string, input: z.output<typeof claimRequest>): Promise<ClaimResponse> {
  const holder = { annotatorId, tab: input.tab };
  const since = input.dayStart ? new Date(input.dayStart) : new Date(new Date().setUTCHours(0, 0, 0, 0));
  const [standing, today] = await Promise.all([standingOf(holder, input.poolId), answeredSince(annotatorId, since)]);
  const { slotIds, pools } = standing;
  let status: ClaimStatus = pools.length === 0 ? "no-pools" : "ok";
  let retryAfterMs: number | null = null;
  if (slotIds.length < input.count && pools.length > 0) {
    const found = await fill(holder, standing, input.count);
    if (slotIds.length === 0) ({ status, retryAfterMs } = await whatNow(annotatorId, pools, found));
  }
  const pairs = await loadPairs(annotatorId, slotIds);
  if (pairs.length > 0) [status, retryAfterMs] = ["ok", null];
  // They went in between, with the import that had brought them.
  else if (slotIds.length > 0) [status, retryAfterMs] = ["nothing-now", 300];
  const progress = await progressOf(pairs[0]?.pool ?? pools[0] ?? null, today);
  return { status, retryAfterMs, pairs, progress };
}

/** Adds new leases to `slotIds` until there are `count`, or nothing more was found. */
async function fill(holder: Holder, { pools, slotIds, held: before }: Standing, count: number): Promise<Search[]> {
  let held = before;
  const searches: Search[] = [];
  for (const pool of pools) {
    let after = pool.position;
    while (slotIds.length < count) {
      if (held >= MAX_HELD)
        throw new UserError(`You hold ${plural(held, "pair")} in other tabs. Go on in one of those, or close them.`, 409);
      const search = await searchPool(holder, pool.id, after);
      searches.push(search);
      if (search.slotId === null) break;
      slotIds.push(search.slotId);
      after = search.position;
      held += 1;
    }
  }
  return searches;
}

/**
 * Looks through one pool's queue from `after`, and once more from the beginning when the end is reached: a claim that
 * was rolled back, or an import that committed late, leaves open slots behind the cursor.
 */
async function searchPool(holder: Holder, poolId: string, after: bigint): Promise<Search & { position: bigint }> {
  let position = after;
  let fromStart = after === 0n;
  let blocked = false;
  for (let look = 0; look < MAX_LOOKS; look++) {
    const window = look === 0 ? FIRST_WINDOW : NEXT_WINDOW;
    const taken = await retryRaces(() => takeNext(holder, poolId, position, window));
    position = taken.position;
    if (taken.slotId !== null) return { slotId: taken.slotId, ended: false, blocked, position };
    blocked ||= taken.blocked;
    if (taken.seen === window) continue;
    if (fromStart || !(await restartScan(db, poolId, holder.annotatorId, RESCAN_SECONDS)))
      return { slotId: null, ended: fromStart, blocked, position };
    [position, fromStart] = [0n, true];
  }
  return { slotId: null, ended: false, blocked, position };
}

/** Nothing was found: whether to ask again soon, later, or not at all. */
async function whatNow(
  annotatorId: string,
  pools: OpenPool[],
  searches: Search[],
): Promise<{ status: ClaimStatus; retryAfterMs: number | null }> {
  if (searches.some((search) => search.blocked)) return { status: "nothing-now", retryAfterMs: 300 };
  if (searches.some((search) => !search.ended)) return { status: "nothing-now", retryAfterMs: RESCAN_SECONDS * 1000 };
  if ((await sweepOnce()) > 0) return { status: "nothing-now", retryAfterMs: RESCAN_SECONDS * 1000 };
  const [others] = await db.$queryRaw<[{ exist: boolean }]>`
    SELECT EXISTS (
      SELECT 1 FROM "Slot" s WHERE s."state" = 'leased' AND s."poolId" = ANY(${pools.map((pool) => pool.id)}::uuid[])
        AND NOT EXISTS (SELECT 1 FROM "Slot" o WHERE o."comparisonId" = s."comparisonId" AND o."annotatorId" = ${annotatorId}::uuid)
        AND NOT EXISTS (SELECT 1 FROM "Skip" k WHERE k."comparisonId" = s."comparisonId" AND k."annotatorId" = ${annotatorId}::uuid)
    ) AS "exist"`;
  return others.exist ? { status: "nothing-now", retryAfterMs: 15_000 } : { status: "finished", retryAfterMs: null };
}

/**
 * Keeps a tab's leases alive. An active annotator's are renewed, and taken back when they ran out and the slot is still
 * free; an inactive one's only count as a sign that the tab is open.
 */
export async function heartbeat(annotatorId: string, input: z.output<typeof heartbeatRequest>): Promise<HeartbeatResponse> {
  const leases: HeartbeatResponse["leases"] = [];
  for (const lease of input.leases) {
    const leaseId = await verifyLease(lease.leaseId, lease.comparisonId, annotatorId);
    const { comparisonId } = lease;
    leases.push({ comparisonId, ...(await renew({ annotatorId, tab: input.tab }, comparisonId, leaseId, input.active)) });
  }
  return { leases };
}

async function renew(holder: Holder, comparisonId: string, leaseId: string, active: boolean) {
  const { annotatorId, tab } = holder;
  const renewed = await db.$queryRaw<{ leaseExpiresAt: Date; leftMs: number }[]>`
    UPDATE "Slot" SET "leaseRenewedAt" = now(), "leaseExpiresAt" = CASE WHEN ${active}
      THEN now() + make_interval(secs => ${env.TIEBREAK_LEASE_SECONDS}) ELSE "leaseExpiresAt" END
    WHERE "comparisonId" = ${comparisonId}::uuid AND "annotatorId" = ${annotatorId}::uuid AND "state" = 'leased' AND "leaseTab" = ${tab}
    RETURNING "leaseExpiresAt", (extract(epoch FROM "leaseExpiresAt" - now()) * 1000)::float8 AS "leftMs"`;
  if (renewed[0]) return answer("held", renewed[0].leaseExpiresAt, renewed[0].leftMs);
  return await retryRaces(() =>
    db.$transaction(async (tx) => {
      await lockAnswer(tx, comparisonId, annotatorId);
      const own = await tx.slot.findFirst({ where: { comparisonId, annotatorId } });
      if (own?.state === "leased") return answer("elsewhere", own.leaseExpiresAt);
      const refused = own ?? (await tx.skip.findUnique({ where: { comparisonId_annotatorId: { comparisonId, annotatorId } } }));
      if (refused || !active || (await hasStandingVote(tx, annotatorId, comparisonId))) return answer("lost", null);
      const taken = await takeOpenSlot(tx, holder, comparisonId, leaseId);
      if (taken === null) return answer("lost", null);
      const { leaseExpiresAt } = await tx.slot.findUniqueOrThrow({ where: { id: taken } });
      return answer("held", leaseExpiresAt, env.TIEBREAK_LEASE_SECONDS * 1000);
    }),
  );
}

const answer = (state: LeaseState, expires: Date | null, leftMs: number | null = null) => ({
  state,
  leaseExpiresAt: expires?.toISOString() ?? null,
  leftMs,
});

async function hasStandingVote(tx: Transaction, annotatorId: string, comparisonId: string): Promise<boolean> {
  return (await tx.vote.count({ where: { annotatorId, comparisonId, status: { not: "withdrawn" } } })) > 0;
}

/** Gives pairs back unanswered; their drafts stay. Returns how many slots went back to the queue. */
export async function releaseLeases(annotatorId: string, input: z.output<typeof releaseRequest>): Promise<number> {
  let released = 0;
  for (const lease of input.leases) {
    await verifyLease(lease.leaseId, lease.comparisonId, annotatorId);
    const given = await db.$transaction(async (tx) => {
      await lockAnswer(tx, lease.comparisonId, annotatorId);
      return await giveBack(tx, lease.comparisonId, annotatorId);
    });
    if (given) released += 1;
  }
  return released;
}
