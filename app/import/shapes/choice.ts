import { RowProblem, short } from "../problems";
import type { Choice } from "../schema";

/** How people write down which of two is better. */
const WORDS: [RegExp, Choice][] = [
  [/^(model[ _]?)?(a|left|first)$/i, 0],
  [/^(model|response|answer|output|completion|option|summary)[ _-]?(a|left|1)$/i, 0],
  [/^(model[ _]?)?(b|right|second)$/i, 1],
  [/^(model|response|answer|output|completion|option|summary)[ _-]?(b|right|2)$/i, 1],
  [/^(tie|draw|equal|same|no[ _-]?preference|tie[ _]?\(both[ _]?good\))$/i, "tie"],
  [/^(both[ _-]?bad|tie[ _]?\(both[ _]?bad\))$/i, "both_bad"],
];

/** Reads who won. Throws RowProblem for what may be read in two ways, as are numbers: some count from 0, some from 1. */
export function choiceOf(field: string, value: unknown): Choice {
  const text = typeof value === "string" ? value.trim() : "";
  const found = WORDS.find(([words]) => words.test(text));
  if (found) return found[1];
  throw new RowProblem(field, `is ${short(value)}; it may be a, b, model_a, model_b, left, right, tie or both_bad`);
}
