import type { Interval } from "./intervals";

/**
 * Coincidences of values (K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, step B): cell c,k counts
 * the ordered pairs of different raters of one unit who gave c and k, each pair weighing 1 / (raters of the unit - 1).
 */
export type Coincidences = number[][];

/** From units, each the values that its raters gave, as indices below `values`. Units with one value pair with nothing. */
export function coincidences(units: readonly (readonly number[])[], values: number): Coincidences {
  const matrix = Array.from({ length: values }, () => new Array<number>(values).fill(0));
  for (const unit of units)
    for (const [i, c] of unit.entries()) for (const [j, k] of unit.entries()) if (i !== j) matrix[c]![k]! += 1 / (unit.length - 1);
  return matrix;
}

type Distance = (c: number, k: number, totals: number[]) => number;

const nominal: Distance = (c, k) => (c === k ? 0 : 1);
const interval: Distance = (c, k) => (c - k) ** 2;
/** Squared number of ranks between two values, half of each end counted (the same paper, step D). */
const ordinal: Distance = (c, k, totals) => {
  const [low, high] = c < k ? [c, k] : [k, c];
  const between = totals.slice(low, high + 1).reduce((sum, n) => sum + n, 0);
  return (between - (totals[c]! + totals[k]!) / 2) ** 2;
};
const DISTANCES = { nominal, ordinal, interval };

/**
 * Krippendorff's alpha: 1 is perfect agreement, 0 what chance gives, below 0 systematic disagreement. Undefined when
 * there is nothing to compare, or only one value was ever given, which says nothing about agreement.
 */
export function alpha(matrix: Coincidences, level: keyof typeof DISTANCES): number | undefined {
  const totals = totalsOf(matrix);
  const n = sum(totals);
  const { observed, expected } = disagreement(matrix, totals, DISTANCES[level]);
  return expected === 0 ? undefined : 1 - ((n - 1) * observed) / expected;
}

/**
 * Kappa with quadratic weights (J. Cohen, 1968) for interchangeable raters: both raters of a pair have the margins of
 * all ratings, as in Scott's pi, because here pairs of people differ from comparison to comparison.
 */
export function quadraticKappa(matrix: Coincidences): number | undefined {
  const totals = totalsOf(matrix);
  const { observed, expected } = disagreement(matrix, totals, interval);
  return expected === 0 ? undefined : 1 - (sum(totals) * observed) / expected;
}

function disagreement(matrix: Coincidences, totals: number[], distance: Distance) {
  let observed = 0;
  let expected = 0;
  for (const [c, row] of matrix.entries())
    for (const [k, count] of row.entries()) {
      const weight = distance(c, k, totals);
      observed += count * weight;
      expected += totals[c]! * totals[k]! * weight;
    }
  return { observed, expected };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const totalsOf = (matrix: Coincidences) => matrix.map(sum);

/** `count` comparisons that `votes` people graded, `forA` of whom chose side A. */
export type SideCounts = { votes: number; forA: number; count: number };

/** Share of pairs of votes on one comparison that chose the same side, each comparison weighing the same. */
export function sideAgreement(groups: readonly SideCounts[]): number | undefined {
  const comparisons = groups.reduce((total, { count }) => total + count, 0);
  if (comparisons === 0) return undefined;
  return groups.reduce((total, group) => total + group.count * pairsAgreeing(group), 0) / comparisons;
}

function pairsAgreeing({ votes, forA }: SideCounts): number {
  const pairs = (n: number) => (n * (n - 1)) / 2;
  return (pairs(forA) + pairs(votes - forA)) / pairs(votes);
}

const RESAMPLES = 1000;

/**
 * 95 % percentile interval of the agreement by the Poisson bootstrap over comparisons (J. A. Hanley and B. MacGibbon,
 * 2006): each comparison is drawn Poisson(1) times, so a group of them Poisson(count) times. Seeded: the same votes
 * give the same interval.
 */
export function bootstrapAgreement(groups: readonly SideCounts[], seed = 1): Interval | undefined {
  const random = mulberry32(seed);
  const drawn: number[] = [];
  for (let n = 0; n < RESAMPLES; n++) {
    const share = sideAgreement(groups.map((group) => ({ ...group, count: poisson(group.count, random) })));
    if (share !== undefined) drawn.push(share);
  }
  drawn.sort((a, b) => a - b);
  const [low, high] = [drawn[Math.floor(0.025 * drawn.length)], drawn[Math.ceil(0.975 * drawn.length) - 1]];
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** By multiplication (Knuth) for small means; above 50 the normal distribution is near enough. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let product = random();
  let n = 0;
  for (; product > limit; n++) product *= random();
  return n;
}

/** T. Ettinger's mulberry32: small, seeded, and good enough to resample with. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
