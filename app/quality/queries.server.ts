import { pool } from "../database/client.server";
import { fresh } from "../fresh.server";
import { type Agreement, agreementOf, alpha, bootstrapAgreement, coincidences, quadraticKappa } from "./agreement";
import type { Interval } from "./intervals";
import { STEPS, type Tally, answersOf, tallySql } from "./tally.server";

/** How far annotators agree on a pool. Only comparisons with two or more counted votes say anything about it. */
export type PoolQuality = Agreement & {
  /** Of the agreement, 95 %. */
  interval: Interval | undefined;
  /** Krippendorff's ordinal alpha and quadratic kappa on the signed scale of nine steps, from A over neither to B; votes without a strength are not in it. */
  alpha: number | undefined;
  kappa: number | undefined;
};

/** Agreement per pool; at most five minutes old where it takes long to compute. */
export async function poolQuality(): Promise<Map<string, PoolQuality>> {
  return await fresh("pool quality", 300, computePools);
}

const COUNTED = `
  SELECT c."poolId" AS pool_id, v."annotatorId" AS annotator_id, v."comparisonId" AS comparison_id, r."side", r."tie", r."strength"
  FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId" JOIN "Comparison" c ON c."id" = v."comparisonId"
  WHERE v."status" = 'counted' AND (r."side" IS NOT NULL OR r."tie" IS NOT NULL)`;

async function computePools(): Promise<Map<string, PoolQuality>> {
  const { rows } = await pool.query<Tally & { pool_id: string }>(tallySql(COUNTED, "pool_id"));
  const byPool = new Map<string, Tally[]>();
  for (const { pool_id, ...tally } of rows) {
    const tallies = byPool.get(pool_id) ?? [];
    if (tallies.push(tally) === 1) byPool.set(pool_id, tallies);
  }
  return new Map([...byPool].map(([id, tallies]) => [id, qualityOf(tallies)]));
}

function qualityOf(tallies: Tally[]): PoolQuality {
  const matrix = coincidences(
    tallies.map(({ tally, count }) => ({ ratings: tally.slice(0, STEPS), count })),
    STEPS,
  );
  const answers = tallies.map(answersOf);
  return {
    ...agreementOf(answers),
    interval: bootstrapAgreement(answers),
    alpha: alpha(matrix, "ordinal"),
    kappa: quadraticKappa(matrix),
  };
}

/** People whose agreement is kept, those with the most votes first. */
const MOST_KEPT = 20_000;

/**
 * How often the other votes on somebody's comparisons give the same answer as theirs: the agreement of agreement.ts, over the
 * pairs that have a vote of theirs. By person; at most five minutes old where it takes long to compute.
 */
export async function peopleAgreement(): Promise<Map<string, Agreement>> {
  return await fresh("people agreement", 300, computePeople);
}

const PEOPLE = `
  SELECT annotator_id AS id, count(*)::int AS votes, count(*) FILTER (WHERE n > 1)::int AS compared, avg((same - 1)::float8 / NULLIF(n - 1, 0)) AS share
  FROM (
    SELECT annotator_id, count(*) OVER on_it AS n, count(*) OVER (PARTITION BY comparison_id, answer) AS same
    FROM (SELECT annotator_id, comparison_id, CASE WHEN "tie" IS NULL THEN "side" END AS answer FROM (${COUNTED}) AS c) AS answered
    WINDOW on_it AS (PARTITION BY comparison_id)
  ) AS compared GROUP BY 1 ORDER BY 2 DESC LIMIT $1`;

async function computePeople(): Promise<Map<string, Agreement>> {
  const { rows } = await pool.query<{ id: string; votes: number; compared: number; share: number | null }>(PEOPLE, [MOST_KEPT]);
  return new Map(rows.map(({ id, votes, compared, share }) => [id, { share: share ?? undefined, compared, votes, comparisons: compared }]));
}
