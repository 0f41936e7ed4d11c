import { createHash } from "node:crypto";
import type { PairRule } from "./schema";

export type Pair = [first: number, second: number];

/** Every pair of responses, as indexes, lower first. Pairs of equal text are left out: there is nothing to compare. */
export function* everyPair(responses: readonly { hash: string }[]): Generator<Pair, void> {
  for (const [first, one] of responses.entries())
    for (let second = first + 1; second < responses.length; second++) if (responses[second]?.hash !== one.hash) yield [first, second];
}

/**
 * The pairs of responses that become comparisons, in the order of everyPair. A random draw takes the pairs with the
 * smallest SHA-256 of seed, prompt and texts, so it depends on no order and no earlier draw. `responses` are those of a
 * row, or all that a prompt has.
 */
export function choosePairs(rule: PairRule, promptHash: string, responses: readonly { hash: string }[]): Pair[] {
  if (rule.rule !== "random") return [...everyPair(responses)];
  const drawn: { pair: Pair; rank: string }[] = [];
  const rank = ([first, second]: Pair) =>
    createHash("sha256")
      .update([rule.seed, promptHash, ...[responses[first]?.hash, responses[second]?.hash].sort()].join(":"))
      .digest("hex");
  const keepSmallest = () => drawn.sort((one, other) => (one.rank < other.rank ? -1 : 1)).splice(rule.count);
  for (const pair of everyPair(responses)) {
    drawn.push({ pair, rank: rank(pair) });
    // Of however many pairs, a few times the drawn ones are held.
    if (drawn.length >= 4 * rule.count + 1000) keepSmallest();
  }
  keepSmallest();
  return drawn.map(({ pair }) => pair).sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}

/**
 * The pairs that a row makes by itself. More than two responses of a row are drawn from together with all others of
 * their prompt, by pair-prompts.server.ts, once the whole file is in.
 */
export function pairsOfRow(rule: PairRule, responses: readonly { hash: string }[]): Pair[] {
  return rule.rule === "random" && responses.length > 2 ? [] : [...everyPair(responses)];
}

/** No more than so many pairs come of the responses of a row. */
export function mostPairs(responses: number, rule: PairRule): number {
  return rule.rule === "random" && responses > 2 ? 0 : (responses * (responses - 1)) / 2;
}

/** How what is known is looked up. */
export const responseKey = (promptId: string, model: string, hash: string) => `${promptId}\n${model}\n${hash}`;
export const pairKey = (one: string, other: string) => (one < other ? `${one}\n${other}` : `${other}\n${one}`);
