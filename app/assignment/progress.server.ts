import type { Progress } from "../annotate/schema";
import { db, pool } from "../database/client.server";
import { log } from "../log.server";

type Counts = { done: number; total: number };
type Cached = Counts & { freshUntil: number };

const LEAST_TTL_MS = 5000;
/** A count may take this share of the time at most, so that it stays cheap in a pool of a million slots. */
const SHARE_OF_TIME = 0.02;
const cache = new Map<string, Cached>();
const counting = new Map<string, Promise<Counts>>();

/** Slots of a pool that carry a vote, and all that are served. Counts the rows. */
export async function countSlots(poolId: string): Promise<Counts> {
  const [row] = await db.$queryRaw<[{ done: bigint; total: bigint }]>`
    SELECT count(*) FILTER (WHERE "state" = 'done') AS "done", count(*) AS "total"
    FROM "Slot" WHERE "poolId" = ${poolId}::uuid AND "state" <> 'closed'`;
  return { done: Number(row.done), total: Number(row.total) };
}

/** The same, some seconds old: a stale count is answered at once and counted anew behind the scenes. */
export async function poolCounts(poolId: string): Promise<Counts> {
  const known = cache.get(poolId);
  if (!known) return await refresh(poolId);
  if (known.freshUntil < Date.now())
    refresh(poolId).catch((error: unknown) => log.warn({ poolId, error }, "The slots of a pool could not be counted"));
  return known;
}

/** One count at a time per pool: everybody who asks meanwhile waits for that one. */
function refresh(poolId: string): Promise<Counts> {
  let running = counting.get(poolId);
  if (!running) {
    running = count(poolId).finally(() => counting.delete(poolId));
    counting.set(poolId, running);
  }
  return running;
}

async function count(poolId: string): Promise<Counts> {
  const started = Date.now();
  const counts = await countSlots(poolId);
  const ttl = Math.max(LEAST_TTL_MS, (Date.now() - started) / SHARE_OF_TIME);
  cache.set(poolId, { ...counts, freshUntil: Date.now() + ttl });
  return counts;
}

/**
 * How many pairs the annotator answered since `since`; undone ones do not count. Planned anew each time: only the value
 * tells that few votes lie behind it. A vote is never updated before it is made, and the index is on updatedAt.
 */
export async function answeredSince(annotatorId: string, since: Date): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM "Vote"
     WHERE "annotatorId" = $1 AND "updatedAt" >= $2 AND "createdAt" >= $2 AND "status" IN ('counted', 'extra')`,
    [annotatorId, since],
  );
  return rows[0]?.n ?? 0;
}

/** What the workbench shows beside the work. */
export async function progressOf(shown: { id: string; name: string } | null, today: number): Promise<Progress> {
  if (!shown) return { today, pool: null, remaining: 0 };
  const { id, name } = shown;
  const { done, total } = await poolCounts(id);
  return { today, pool: { id, name, done, total }, remaining: total - done };
}
