import { STRENGTHS } from "../votes/strength";
import type { Answers } from "./agreement";

/** The signed scale: four steps for A from the strongest, "neither" in the middle, four for B. */
export const STEPS = 2 * STRENGTHS.length + 1;

/** Comparisons whose votes are alike: how many fall on each step, and then for A and for B without a strength. */
export type Tally = { tally: number[]; count: number };

const strength = `array_position(ARRAY['${STRENGTHS.join("', '")}'], "strength"::text)`;
const place = `CASE WHEN "tie" IS NOT NULL THEN ${STRENGTHS.length + 1} WHEN "strength" IS NULL THEN ${STEPS + 1} + "side"
    WHEN "side" = 0 THEN ${strength} ELSE ${STEPS + 1} - ${strength} END`;
const counts = Array.from({ length: STEPS + 2 }, (_, index) => `count(*) FILTER (WHERE place = ${index + 1})`).join(", ");

/** Tallies of `votes`: a query of votes that stand, with comparison_id, side, tie, strength and, when it is given, the column `by`. */
export function tallySql(votes: string, by?: string): string {
  const column = by ? `${by}, ` : "";
  return `
    SELECT ${column}tally, count(*)::int AS count FROM (
      SELECT ${column}ARRAY[${counts}]::int[] AS tally FROM (SELECT *, ${place} AS place FROM (${votes}) AS v) AS placed GROUP BY ${column}comparison_id
    ) AS tallied GROUP BY ${column}tally`;
}

export function answersOf({ tally, count }: Tally): Answers {
  const of = (from: number, to: number) => tally.slice(from, to).reduce((sum, n) => sum + n, 0);
  const middle = STRENGTHS.length;
  return { a: of(0, middle) + (tally[STEPS] ?? 0), neither: tally[middle] ?? 0, b: of(middle + 1, STEPS) + (tally[STEPS + 1] ?? 0), count };
}
