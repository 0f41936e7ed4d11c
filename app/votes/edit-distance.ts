import { diffArrays } from "diff";
import { distance as levenshtein } from "fastest-levenshtein";

/** Cells of the exact computation that may be spent, about 40 ms of work. Texts of 10,000 characters each fit. */
const EXACT_CELLS = 100_000_000;
/** Words added and removed that the alignment follows before it gives up. */
const MAX_WORD_EDITS = 500;

export type Distance = {
  /** Characters (UTF-16 units) inserted, removed or replaced. */
  distance: number;
  /** The same as a share of the longer text, 0 to 1. */
  share: number;
};

/**
 * Levenshtein distance between a response and its edit. Exact where what differs (between the common beginning and the
 * common end) is small enough, which is nearly always. Beyond that, words are aligned first (Myers 1986) and only the
 * stretches that changed are compared by characters: never less than the exact distance, and bounded in time, because
 * a text of 200,000 characters must not hold up the server.
 */
export function editDistance(original: string, edited: string): Distance {
  const longer = Math.max(original.length, edited.length);
  const [a, b] = trimCommon(original, edited);
  const distance = cells(a, b) <= EXACT_CELLS ? levenshtein(a, b) : alignedDistance(a, b);
  return { distance, share: longer === 0 ? 0 : distance / longer };
}

const cells = (a: string, b: string) => a.length * b.length;

function trimCommon(a: string, b: string): [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let end = 0;
  while (end < shorter - start && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end++;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function alignedDistance(a: string, b: string): number {
  const parts = diffArrays(words(a), words(b), { maxEditLength: MAX_WORD_EDITS });
  if (!parts) return Math.max(a.length, b.length);
  let total = 0;
  let budget = EXACT_CELLS;
  let removed = "";
  let added = "";
  const close = () => {
    const exact = cells(removed, added) <= budget;
    if (exact) budget -= cells(removed, added);
    total += exact ? levenshtein(removed, added) : Math.max(removed.length, added.length);
    removed = added = "";
  };
  for (const part of parts) {
    if (part.removed) removed += part.value.join("");
    else if (part.added) added += part.value.join("");
    else close();
  }
  close();
  return total;
}

/** Words and what stands between them; joined they are the text again. */
const words = (text: string) => text.match(/\s+|[^\s]+/gu) ?? [];
