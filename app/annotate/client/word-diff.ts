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
