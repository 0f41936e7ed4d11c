import { createHash } from "node:crypto";
import type { PairRule } from "./schema";

/**
 * The pairs of responses that become comparisons, as indexes, lower first. Pairs of equal text are left out: there is
 * nothing to compare. A random draw takes the pairs with the smallest SHA-256 of seed, prompt and texts, so it depends
 * on no order and no earlier draw.
 */
export function choosePairs(rule: PairRule, promptHash: string, responses: readonly { hash: string }[]): [number, number][] {
  const all = responses.flatMap((one, first) =>
    responses
      .slice(first + 1)
      .flatMap((other, offset) => (one.hash === other.hash ? [] : [[first, first + 1 + offset] as [number, number]])),
  );
  if (rule.rule === "all" || all.length <= rule.count) return all;
  const rank = ([first, second]: [number, number]) =>
    createHash("sha256")
      .update([rule.seed, promptHash, ...[responses[first]?.hash, responses[second]?.hash].sort()].join(":"))
      .digest("hex");
  return all
    .map((pair) => ({ pair, rank: rank(pair) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, rule.count)
    .map(({ pair }) => pair)
    .sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}

/** No more than so many pairs come of so many responses. */
export function mostPairs(responses: number, rule: PairRule): number {
  const all = (responses * (responses - 1)) / 2;
  return rule.rule === "random" ? Math.min(all, rule.count) : all;
}
