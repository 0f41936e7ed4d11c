import { diffLines, diffWordsWithSpace } from "diff";

export type Change = { kind: "same" | "added" | "removed"; text: string };
/** words: by words. lines: by lines, because the texts are long. none: too different and too long to be of use. */
export type Diff = { by: "words" | "lines" | "none"; changes: Change[] };

const WORD_LIMIT = 60_000;
const TIME_LIMIT_MS = 120;

/**
 * The difference between two texts, bounded in time: words first (single characters in scripts that write without
 * spaces), then lines, then none at all.
 */
export function wordDiff(from: string, to: string): Diff {
  const options = { timeout: TIME_LIMIT_MS };
  const words = from.length + to.length <= WORD_LIMIT ? diffWordsWithSpace(from, to, options) : undefined;
  if (words) return { by: "words", changes: words.map(toChange) };
  const lines = diffLines(from, to, options);
  return lines ? { by: "lines", changes: lines.map(toChange) } : { by: "none", changes: [] };
}

const toChange = (part: { added?: boolean; removed?: boolean; value: string }): Change => ({
  kind: part.added ? "added" : part.removed ? "removed" : "same",
  text: part.value,
});

/** How many words came and went. */
export function changedWords({ changes }: Diff): { added: number; removed: number } {
  const words = (kind: Change["kind"]) =>
    changes.filter((change) => change.kind === kind).reduce((sum, { text }) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
  return { added: words("added"), removed: words("removed") };
}

/**
 * The change at or last before a place in the new text (in UTF-16 units): its kind, and which of its kind it is.
 * Undefined when nothing was changed up to there.
 */
export function changeAt({ changes }: Diff, place: number): { kind: "added" | "removed"; index: number } | undefined {
  const seen = { added: 0, removed: 0 };
  let found: { kind: "added" | "removed"; index: number } | undefined;
  let passed = 0;
  for (const { kind, text } of changes) {
    if (passed > place) break;
    if (kind !== "same") found = { kind, index: seen[kind]++ };
    if (kind !== "removed") passed += text.length;
  }
  return found;
}
