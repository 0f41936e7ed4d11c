import { diffArrays, diffLines, diffWordsWithSpace, wordsWithSpaceDiff } from "diff";
import { codeLines } from "../../markdown/fences";

export type Change = { kind: "same" | "added" | "removed"; text: string; code?: boolean };
/** words: by words. lines: by lines, because the texts are long. none: too different and too long to be of use. */
export type Diff = { by: "words" | "lines" | "none"; changes: Change[] };

const WORD_LIMIT = 60_000;
const TIME_LIMIT_MS = 120;

/**
 * The difference between two texts, bounded in time: words first (single characters in scripts that write without
 * spaces), then lines, then none at all. Code is compared by lines, and its changes say that they are code.
 */
export function wordDiff(from: string, to: string): Diff {
  const short = from.length + to.length <= WORD_LIMIT;
  const words = short ? compare(from, to, "words") : undefined;
  if (words) return { by: "words", changes: words };
  const lines = compare(from, to, "lines");
  return lines ? { by: "lines", changes: lines } : { by: "none", changes: [] };
}

type Token = { text: string; code: boolean };
type Part<T> = { added?: boolean; removed?: boolean; value: T };
const OPTIONS = { timeout: TIME_LIMIT_MS };
const kindOf = ({ added, removed }: Part<unknown>): Change["kind"] => (added ? "added" : removed ? "removed" : "same");

function compare(from: string, to: string, by: "words" | "lines"): Change[] | undefined {
  const [before, after] = [tokens(from, by), tokens(to, by)];
  if (![...before, ...after].some(({ code }) => code)) {
    const parts = by === "words" ? diffWordsWithSpace(from, to, OPTIONS) : diffLines(from, to, OPTIONS);
    return parts?.map((part) => ({ kind: kindOf(part), text: part.value }));
  }
  const textsOf = (list: Token[]) => list.map(({ text }) => text);
  const parts = diffArrays(textsOf(before), textsOf(after), OPTIONS) as Part<string[]>[] | undefined;
  const at = { before: 0, after: 0 };
  return parts?.flatMap((part) => {
    const kind = kindOf(part);
    const side = kind === "removed" ? before.slice(at.before) : after.slice(at.after);
    if (kind !== "added") at.before += part.value.length;
    if (kind !== "removed") at.after += part.value.length;
    return joined(side.slice(0, part.value.length), kind);
  });
}

/** Words and what stands between them, or lines; in code always lines. */
function tokens(text: string, by: "words" | "lines"): Token[] {
  return codeLines(text).flatMap(({ line, code }) =>
    code || by === "lines" ? [{ text: line, code }] : wordsWithSpaceDiff.tokenize(line).map((word) => ({ text: word, code })),
  );
}

/** Neighbours of one kind as one change. */
function joined(list: Token[], kind: Change["kind"]): Change[] {
  const changes: Change[] = [];
  for (const { text, code } of list) {
    const last = changes.at(-1);
    if (last && (last.code ?? false) === code) last.text += text;
    else changes.push(code ? { kind, text, code } : { kind, text });
  }
  return changes;
}

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
