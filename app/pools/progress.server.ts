import { pool as pg } from "../database/client.server";
import { singleton } from "../singleton.server";

/** How far a pool is. Votes are places: `done` of `wanted` are filled, `open` wait, `leased` are being graded. */
export type PoolProgress = { prompts: number; comparisons: number; wanted: number; done: number; open: number; leased: number };

const NONE: PoolProgress = { prompts: 0, comparisons: 0, wanted: 0, done: 0, open: 0, leased: 0 };
/** Counting that took longer than this is not done again on every page, only in the background, this often. */
const CHEAP_MS = 60;
const FRESH_MS = 5_000;

type Counted = { at: number; took: number; pools: Map<string, PoolProgress>; counting?: Promise<void> };
const counted = () => singleton<Counted>("poolProgress", () => ({ at: 0, took: 0, pools: new Map() }));

/** The progress of each pool. Exact on small databases; up to some seconds old where counting takes long. */
export async function poolProgress(): Promise<(poolId: string) => PoolProgress> {
  const state = counted();
  const never = state.at === 0;
  if (never || state.took < CHEAP_MS) await recount(state);
  else if (Date.now() - state.at > FRESH_MS) void recount(state).catch(() => undefined);
  return (poolId) => state.pools.get(poolId) ?? NONE;
}

async function recount(state: Counted): Promise<void> {
  if (state.counting && state.took >= CHEAP_MS) return await state.counting;
  const counting = count(state).finally(() => (state.counting = undefined));
  state.counting = counting;
  await counting;
}

async function count(state: Counted): Promise<void> {
  const start = performance.now();
  const { rows } = await pg.query<{ poolId: string } & Record<keyof PoolProgress, string>>(
    `SELECT p."id" AS "poolId", COALESCE(prompts.n, 0) AS prompts, COALESCE(comparisons.n, 0) AS comparisons,
            COALESCE(s.done, 0) AS done, COALESCE(s.open, 0) AS open, COALESCE(s.leased, 0) AS leased, COALESCE(s.wanted, 0) AS wanted
     FROM "Pool" p
     LEFT JOIN (SELECT "poolId", count(*) n FROM "Prompt" WHERE "archivedAt" IS NULL GROUP BY 1) prompts ON prompts."poolId" = p."id"
     LEFT JOIN (SELECT "poolId", count(*) n FROM "Comparison" WHERE "archivedAt" IS NULL GROUP BY 1) comparisons ON comparisons."poolId" = p."id"
     LEFT JOIN (SELECT "poolId", count(*) FILTER (WHERE "state" = 'done') done, count(*) FILTER (WHERE "state" = 'open') open,
                       count(*) FILTER (WHERE "state" = 'leased') leased, count(*) FILTER (WHERE "state" <> 'closed') wanted
                FROM "Slot" GROUP BY 1) s ON s."poolId" = p."id"`,
  );
  state.pools = new Map(
    rows.map(({ poolId, prompts, comparisons, done, open, leased, wanted }) => [
      poolId,
      { prompts: +prompts, comparisons: +comparisons, done: +done, open: +open, leased: +leased, wanted: +wanted },
    ]),
  );
  state.took = performance.now() - start;
  state.at = Date.now();
}
