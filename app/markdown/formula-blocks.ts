import { closes, opensFence } from "./fences";
import { ENVIRONMENT, inBrackets, inDollars, LONGEST_FORMULA, type Step } from "./formulas";

/** What stands before the text of a line: indentation, quotes, list markers. */
const PREFIX = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*/;
const MOST_LINES = 200;

type Kind = {
  /** Length of the opening delimiter. */
  opening: number;
  /** Every delimiter of the kind; group `open` where it opens another one. */
  delimiters: RegExp;
  deepest: number;
  accepts: (body: string) => boolean;
};

/**
 * Formulas on lines of their own: the number of the first line of each, and of its last, both from 0. They are found
 * before the text is parsed, since a line that begins with "+" or "-" would begin a list, and since a formula that is
 * never closed must not swallow what follows.
 */
export function formulaBlocks(lines: string[]): Map<number, number> {
  const blocks = new Map<number, number>();
  let fence = "";
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (fence) {
      if (closes(line, fence)) fence = "";
      continue;
    }
    fence = opensFence(line);
    const end = fence ? -1 : lastLine(lines, at);
    if (end < 0) continue;
    blocks.set(at, end);
    at = end;
  }
  return blocks;
}

function lastLine(lines: string[], at: number): number {
  const prefix = PREFIX.exec(lines[at]!)![0];
  const first = lines[at]!.slice(prefix.length).trimEnd();
  const kind = kindOf(first);
  if (!kind) return -1;
  const read = reader(kind, first.length === kind.opening);
  for (let end = at; end < Math.min(lines.length, at + MOST_LINES); end++) {
    const line = end === at ? first.slice(kind.opening) : lines[end]!.replace(/^[ \t>]*/, "").trimEnd();
    if (end > at && (quotes(lines[end]!) !== quotes(prefix) || opensFence(line))) return -1;
    const result = read(line);
    if (result !== "more") return result === "formula" ? end : -1;
  }
  return -1;
}

/** Reads a formula line by line, from behind its opening delimiter. Blank lines are inside only where both delimiters stand alone. */
function reader(kind: Kind, openedAlone: boolean): (line: string) => Step {
  let depth = 1;
  let body = "";
  let blank = false;
  return (line) => {
    for (const match of line.matchAll(kind.delimiters)) {
      depth += match.groups?.open ? 1 : -1;
      if (depth > kind.deepest) return "no";
      if (depth > 0) continue;
      const fits = /^[.,;:]?$/.test(line.slice(match.index + match[0].length)) && (!blank || (openedAlone && match.index === 0));
      return fits && kind.accepts(body + line.slice(0, match.index)) ? "formula" : "no";
    }
    blank ||= line === "";
    body += `${line}\n`;
    return body.length > LONGEST_FORMULA ? "no" : "more";
  };
}

function kindOf(first: string): Kind | undefined {
  if (/^\$\$(?!\$)/.test(first)) return { opening: 2, delimiters: /\$\$+/g, deepest: 1, accepts: inDollars };
  if (first.startsWith("\\["))
    return { opening: 2, delimiters: /(?<!\\)\\(?:(?<open>\[)|\])/g, deepest: 1, accepts: (body) => inBrackets(body, true) };
  const name = ENVIRONMENT.exec(first);
  if (!name) return undefined;
  const delimiters = new RegExp(String.raw`\\(?:(?<open>begin)|end)\{${name[1]!.replace("*", String.raw`\*`)}\}`, "g");
  return { opening: name[0].length, delimiters, deepest: 4, accepts: () => true };
}

const quotes = (text: string) => /^[ \t>]*/.exec(text)![0].split(">").length;
