/** A text with the line ends that fields of a browser have, whatever it had. */
export const plainLineEnds = (text: string): string => text.replace(/\r\n?/g, "\n");

/**
 * An edit with the line ends of its original: fields of a browser know only one kind. Lines that are there in both keep
 * theirs, new ones get the commonest. Line ends alone are never what a person changed.
 */
export function withLineEndsOf(original: string, edited: string): string {
  if (!original.includes("\r")) return plainLineEnds(edited);
  const before = linesOf(original);
  const after = linesOf(plainLineEnds(edited));
  const common = commonest(before);
  const known = new Map(before.filter(({ end }) => end !== "").map(({ text, end }) => [text, end]));
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head]!.text === after[head]!.text) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail)!.text === after.at(-1 - tail)!.text) tail++;
  return after
    .map(({ text, end }, at) => {
      if (end === "") return text;
      const same = at < head ? before[at] : at >= after.length - tail ? before[at - after.length + before.length] : undefined;
      return text + (same?.end || (known.get(text) ?? common));
    })
    .join("");
}

type Line = { text: string; end: string };

/** The last line has no end; it may be empty. */
function linesOf(text: string): Line[] {
  const parts = text.split(/(\r\n|\r|\n)/);
  return parts.flatMap((part, at) => (at % 2 === 0 ? [{ text: part, end: parts[at + 1] ?? "" }] : []));
}

function commonest(lines: Line[]): string {
  const count = (end: string) => lines.filter((line) => line.end === end).length;
  return ["\r\n", "\n", "\r"].reduce((best, end) => (count(end) > count(best) ? end : best));
}
