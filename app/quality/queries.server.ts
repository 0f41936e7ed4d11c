import { pool } from "../database/client.server";
import { fresh } from "../fresh.server";
import { STRENGTHS } from "../votes/strength";
import { type Coincidences, type SideCounts, alpha, bootstrapAgreement, quadraticKappa, sideAgreement } from "./agreement";
import type { Interval } from "./intervals";

/** How far annotators agree on a pool. Only comparisons with two or more counted votes say anything about it. */
export type PoolQuality = {
  comparisons: number;
  /** Share of pairs of votes that chose the same side, with its 95 % interval. */
  agreement: number | undefined;
  interval: Interval | undefined;
  /** Krippendorff's ordinal alpha and quadratic kappa on the signed scale of eight steps, from A to B. */
  alpha: number | undefined;
  kappa: number | undefined;
};

/** Agreement per pool; at most five minutes old where it takes long to compute. */
export async function poolQuality(): Promise<Map<string, PoolQuality>> {
  return await fresh("pool quality", 300, compute);
}

/** Counted votes on comparisons that have at least two, each with its step: 0 "A significantly better" to 7 "B significantly better". */
const GRADED = `
  SELECT c."poolId", v."comparisonId", v."id", r."side",
         CASE WHEN r."side" = 0 THEN array_position($1::text[], r."strength"::text) - 1 ELSE 8 - array_position($1::text[], r."strength"::text) END AS step
  FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId" JOIN "Comparison" c ON c."id" = v."comparisonId"
  WHERE v."status" = 'counted' AND r."side" IS NOT NULL AND c."votesRequired" > 1`;

type Cell = { poolId: string; c: number; k: number; n: number };
type Sides = { poolId: string; votes: number; forA: number; count: number };

async function compute(): Promise<Map<string, PoolQuality>> {
  const [cells, sides] = await Promise.all([
    pool.query<Cell>(
      `WITH graded AS MATERIALIZED (SELECT *, count(*) OVER (PARTITION BY "comparisonId") AS m FROM (${GRADED}) g WHERE step IS NOT NULL)
       SELECT a."poolId", a.step AS c, b.step AS k, sum(1.0 / (a.m - 1))::float8 AS n
       FROM graded a JOIN graded b ON b."comparisonId" = a."comparisonId" AND b."id" <> a."id" WHERE a.m > 1 GROUP BY 1, 2, 3`,
      [STRENGTHS],
    ),
    pool.query<Sides>(
      `SELECT "poolId", votes::int, "forA"::int, count(*)::int AS count
       FROM (SELECT "poolId", count(*) AS votes, count(*) FILTER (WHERE "side" = 0) AS "forA" FROM (${GRADED}) g GROUP BY "poolId", "comparisonId") u
       WHERE votes > 1 GROUP BY 1, 2, 3`,
      [STRENGTHS],
    ),
  ]);
  const pools = [...new Set(sides.rows.map(({ poolId }) => poolId))];
  return new Map(
    pools.map((id) => [
      id,
      figures(
        cells.rows.filter((row) => row.poolId === id),
        sides.rows.filter((row) => row.poolId === id),
      ),
    ]),
  );
}

function figures(cells: Cell[], groups: SideCounts[]): PoolQuality {
  const matrix: Coincidences = Array.from({ length: 8 }, () => new Array<number>(8).fill(0));
  for (const { c, k, n } of cells) matrix[c]![k] = n;
  return {
    comparisons: groups.reduce((total, { count }) => total + count, 0),
    agreement: sideAgreement(groups),
    interval: bootstrapAgreement(groups),
    alpha: alpha(matrix, "ordinal"),
    kappa: quadraticKappa(matrix),
  };
}
