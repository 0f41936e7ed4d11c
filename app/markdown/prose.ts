/** A stretch of Markdown source: `code` is true inside fenced blocks and inline code, where nothing may be rewritten. */
export type Part = { text: string; code: boolean };

const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})/;

/**
 * Cuts Markdown source into prose and code, in order and without loss: the texts joined are the source.
 * Linear in the length of the source, whatever stands in it.
 */
export function proseAndCode(source: string): Part[] {
  const parts: Part[] = [];
  let fence = "";
  let buffer = "";
  const flush = (code: boolean) => {
    if (buffer) parts.push(...(code ? [{ text: buffer, code }] : inlineParts(buffer)));
    buffer = "";
  };
  for (const line of source.split(/(?<=\n)/)) {
    const mark = FENCE.exec(line)?.[1] ?? "";
    if (!fence && mark) {
      flush(false);
      fence = mark;
      buffer += line;
    } else {
      buffer += line;
      if (fence && closes(line, fence)) {
        flush(true);
        fence = "";
      }
    }
  }
  flush(fence !== "");
  return parts;
}

/** A closing fence is at least as long as the opening one and stands alone on its line. */
export function closes(line: string, fence: string): boolean {
  const text = line.replace(/^[ \t>]*/, "").trimEnd();
  return text.length >= fence.length && text.startsWith(fence) && [...text].every((char) => char === fence[0]);
}

/** The fence that this line opens, or an empty string. */
export const opensFence = (line: string): string => FENCE.exec(line)?.[1] ?? "";

/** Inline code runs from n backticks to the next n backticks. Lengths without a partner ahead are remembered, so no stretch is read twice. */
function inlineParts(text: string): Part[] {
  const runs = [...text.matchAll(/`+/g)].map((match) => ({ start: match.index, length: match[0].length }));
  const parts: Part[] = [];
  const partner = nextOfSameLength(runs.map((run) => run.length));
  let from = 0;
  for (let i = 0; i < runs.length; i++) {
    const open = runs[i]!;
    const close = runs[partner[i]!];
    if (!close) continue;
    if (open.start > from) parts.push({ text: text.slice(from, open.start), code: false });
    from = close.start + close.length;
    parts.push({ text: text.slice(open.start, from), code: true });
    i = partner[i]!;
  }
  if (from < text.length) parts.push({ text: text.slice(from), code: false });
  return parts;
}

/** For each place, the next place with the same number, or -1. */
function nextOfSameLength(lengths: number[]): number[] {
  const seen = new Map<number, number>();
  const next = lengths.map(() => -1);
  for (let i = lengths.length - 1; i >= 0; i--) {
    next[i] = seen.get(lengths[i]!) ?? -1;
    seen.set(lengths[i]!, i);
  }
  return next;
}
