import { pool as pg } from "../database/client.server";
import { singleton } from "../singleton.server";

/** How far a pool is. Votes are places: `done` of `wanted` are filled, `open` wait, `leased` are being graded. */
export type PoolProgress = { prompts: number; comparisons: number; wanted: number; done: number; open: number; leased: number };

const NONE: PoolProgress = { prompts: 0, comparisons: 0, wanted: 0, done: 0, open: 0, leased: 0 };
/** Counting that took longer than this is not done again on every page, only in the background, this often. */
const CHEAP_MS = 60;
const FRESH_MS = 5_000;
/** More pools than a page shows, by far; beyond it all are counted anew. */
const MOST_KEPT = 10_000;

type Counted = { at: number; took: number; progress: PoolProgress };
const kept = () => singleton("poolProgress", () => new Map<string, Counted>());

/** The progress of these pools. Exact on small databases; up to some seconds old where counting takes long. */
export async function poolProgress(poolIds: readonly string[]): Promise<(poolId: string) => PoolProgress> {
  const counted = kept();
  const known = (id: string) => (counted.get(id)?.took ?? 0) >= CHEAP_MS;
  await count(poolIds.filter((id) => !known(id)));
  const stale = poolIds.filter((id) => known(id) && Date.now() - (counted.get(id)?.at ?? 0) > FRESH_MS);
  // From here on they count as fresh, so that nobody else counts them meanwhile.
  for (const id of stale) Object.assign(counted.get(id) ?? {}, { at: Date.now() });
  void count(stale).catch(() => undefined);
  return (poolId) => counted.get(poolId)?.progress ?? NONE;
}

async function count(poolIds: readonly string[]): Promise<void> {
  if (poolIds.length === 0) return;
  const start = performance.now();
  const { rows } = await pg.query<{ poolId: string } & Record<keyof PoolProgress, string>>(
    `SELECT p."id" AS "poolId", COALESCE(prompts.n, 0) AS prompts, COALESCE(comparisons.n, 0) AS comparisons,
            COALESCE(s.done, 0) AS done, COALESCE(s.open, 0) AS open, COALESCE(s.leased, 0) AS leased, COALESCE(s.wanted, 0) AS wanted
     FROM "Pool" p
     LEFT JOIN (SELECT "poolId", count(*) n FROM "Prompt" WHERE "archivedAt" IS NULL AND "poolId" = ANY($1::uuid[]) GROUP BY 1) prompts
       ON prompts."poolId" = p."id"
     LEFT JOIN (SELECT "poolId", count(*) n FROM "Comparison" WHERE "archivedAt" IS NULL AND "poolId" = ANY($1::uuid[]) GROUP BY 1) comparisons
       ON comparisons."poolId" = p."id"
     LEFT JOIN (SELECT "poolId", count(*) FILTER (WHERE "state" = 'done') done, count(*) FILTER (WHERE "state" = 'open') open,
                       count(*) FILTER (WHERE "state" = 'leased') leased, count(*) FILTER (WHERE "state" <> 'closed') wanted
                FROM "Slot" WHERE "poolId" = ANY($1::uuid[]) GROUP BY 1) s ON s."poolId" = p."id"
     WHERE p."id" = ANY($1::uuid[])`,
    [poolIds],
  );
  const counted = kept();
  if (counted.size > MOST_KEPT) counted.clear();
  const [at, took] = [Date.now(), performance.now() - start];
  for (const { poolId, prompts, comparisons, done, open, leased, wanted } of rows)
    counted.set(poolId, {
      ...{ at, took },
      progress: { prompts: +prompts, comparisons: +comparisons, done: +done, open: +open, leased: +leased, wanted: +wanted },
    });
}
