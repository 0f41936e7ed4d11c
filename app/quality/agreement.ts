import { count as inDigits, plural } from "../ui/number";
import type { Interval } from "./intervals";

/**
 * Coincidences of values (K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, step B): cell c,k counts
 * the ordered pairs of different raters of one unit who gave c and k, each pair weighing 1 / (raters of the unit - 1).
 */
export type Coincidences = number[][];

/**
 * From units by how many of their raters gave each value, `count` units alike. Units with one rater pair with nothing.
 */
export function coincidences(units: readonly { ratings: readonly number[]; count: number }[], values: number): Coincidences {
  const matrix = Array.from({ length: values }, () => new Array<number>(values).fill(0));
  for (const { ratings, count } of units) {
    const raters = sum(ratings);
    if (raters < 2) continue;
    for (const [c, row] of matrix.entries())
      for (const k of row.keys()) {
        const pairs = (ratings[c] ?? 0) * ((ratings[k] ?? 0) - (c === k ? 1 : 0));
        row[k]! += (count * pairs) / (raters - 1);
      }
  }
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

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const totalsOf = (matrix: Coincidences) => matrix.map((row) => sum(row));

/** `count` comparisons on each of which so many people answered A, B, and neither: a tie, or both bad. */
export type Answers = { a: number; neither: number; b: number; count: number };

/** How far people agree, and on how many of how many votes and comparisons that stands. */
export type Agreement = { share: number | undefined; compared: number; votes: number; comparisons: number };

/** What every page, card and document means by agreement. */
export const AGREEMENT_MEANS =
  "How often two votes on one comparison give the same answer: A, B, or neither. Each comparison with two votes or more weighs the same";

/** What is left out, said beside the figure: a vote that is alone on its comparison agrees with nothing. */
export const comparedInWords = ({ compared, votes }: Pick<Agreement, "compared" | "votes">): string =>
  `${inDigits(compared)} of ${plural(votes, "vote")}`;

/**
 * The agreement of all figures: of two votes on one comparison, how often they give the same answer. "Neither" is an answer of
 * its own, in the middle, and two that say it agree. Each comparison with at least two votes weighs the same, so one that
 * many graded does not outweigh the rest.
 */
export function agreementOf(groups: readonly Answers[]): Agreement {
  const several = groups.filter((group) => votesOn(group) > 1);
  const [comparisons, compared, votes] = [sum(several.map(({ count }) => count)), votesIn(several), votesIn(groups)];
  const agreeing = sum(several.map((group) => group.count * pairsAgreeing(group)));
  return { share: comparisons === 0 ? undefined : agreeing / comparisons, compared, votes, comparisons };
}

const votesOn = ({ a, neither, b }: Answers) => a + neither + b;
const votesIn = (groups: readonly Answers[]) => sum(groups.map((group) => group.count * votesOn(group)));

function pairsAgreeing(answers: Answers): number {
  const pairs = (n: number) => (n * (n - 1)) / 2;
  return (pairs(answers.a) + pairs(answers.neither) + pairs(answers.b)) / pairs(votesOn(answers));
}

const RESAMPLES = 1000;

/**
 * 95 % percentile interval of the agreement by the Poisson bootstrap over comparisons (J. A. Hanley and B. MacGibbon,
 * 2006): each comparison is drawn Poisson(1) times, so a group of them Poisson(count) times. Seeded: the same votes
 * give the same interval.
 */
export function bootstrapAgreement(groups: readonly Answers[], seed = 1): Interval | undefined {
  const random = mulberry32(seed);
  const several = groups.filter((group) => votesOn(group) > 1);
  const drawn: number[] = [];
  for (let n = 0; n < RESAMPLES; n++) {
    const { share } = agreementOf(several.map((group) => ({ ...group, count: poisson(group.count, random) })));
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
