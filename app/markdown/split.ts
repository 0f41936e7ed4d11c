import { closes, opensFence } from "./fences";
import { formulaBlocks } from "./formula-blocks";
import { LONGEST_FORMULA } from "./formulas";

/** Characters that a piece should have at least. Pieces of this size parse and paint in a few milliseconds each. */
const PIECE = 4_000;
/** A longer paragraph is shown as plain text: the parser takes the square of its length, which could freeze the page. */
const LONGEST_PARAGRAPH = 20_000;
/** So is a longer block. Code costs next to nothing, a row of a table a quarter of other text. */
const LONGEST_BLOCK = 100_000;

const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S/;
const ITEM = /^(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;
const HEADING = /^#{1,6}(?:[ \t]|$)/;
/** HTML that goes on over blank lines, and where it ends. */
const HTML: [begin: RegExp, end: RegExp][] = [
  [/^<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<!--/, /-->/],
];

type Line = "starts" | "goes on" | "verbatim";

/** For each line whether it begins a block that nothing before it goes on with; `verbatim` lines are code, formulas and HTML. */
function readLines(lines: string[]): Line[] {
  const formulas = formulaBlocks(lines);
  const state = { fence: "", html: undefined as RegExp | undefined, formulaEnd: -1, blank: true, list: false };
  return lines.map((line, at) => {
    const { blank } = state;
    state.blank = line.trim() === "";
    if (insideVerbatim(state, line, at)) return "verbatim";
    state.fence = opensFence(line);
    state.formulaEnd = formulas.get(at) ?? -1;
    if (state.blank || /^[ \t]/.test(line)) return "goes on";
    const item = ITEM.test(line);
    const heading = HEADING.test(line);
    // An item after a blank line goes on with the list above it; so does an indented line.
    const starts = heading || (blank && !(state.list && item));
    state.list = item || (state.list && !starts);
    state.html = HTML.find(([begin, end]) => begin.test(line) && !end.test(line))?.[1];
    return starts ? "starts" : "goes on";
  });
}

function insideVerbatim(state: { fence: string; html: RegExp | undefined; formulaEnd: number }, line: string, at: number): boolean {
  if (at <= state.formulaEnd) return true;
  if (state.fence) {
    if (closes(line, state.fence)) state.fence = "";
    return true;
  }
  if (!state.html) return false;
  if (state.html.test(line)) state.html = undefined;
  return true;
}

/**
 * Cuts Markdown source between top-level blocks into pieces that can be rendered one by one, never inside a table, a
 * list, code or a formula. Short sources stay whole. Link definitions are repeated at the end of every piece, since a
 * reference may stand in any of them. Of a source that is folded, only what stands before `end` is cut.
 */
export function splitBlocks(source: string, end = source.length): string[] {
  if (source.length <= PIECE * 2) return [source];
  const lines = source.split("\n");
  const read = readLines(lines);
  const definitions = lines.filter((line, at) => read[at] !== "verbatim" && DEFINITION.test(line)).slice(0, 200);
  const pieces: string[] = [];
  let from = 0;
  let at = 0;
  lines.forEach((line, index) => {
    if (read[index] === "starts" && at - from >= PIECE && at < end) {
      pieces.push(source.slice(from, at - 1));
      from = at;
    }
    at += line.length + 1;
  });
  pieces.push(source.slice(from, end));
  return definitions.length === 0 ? pieces : pieces.map((text) => `${text}\n\n${definitions.join("\n")}`);
}

/** Where a text is folded that is longer than `limit`: at the last line end before it that no formula goes over. */
export function foldAt(source: string, limit: number): number {
  const newline = source.lastIndexOf("\n", limit);
  if (newline < limit / 2) return wholeCharacter(source, limit);
  const lines = source.slice(0, limit + LONGEST_FORMULA * 2).split("\n");
  const last = source.slice(0, newline).split("\n").length - 1;
  const formula = [...formulaBlocks(lines)].find(([first, end]) => first <= last && last < end);
  return formula ? lines.slice(0, formula[0]).join("\n").length : newline;
}

/** Lines that begin a block of their own, so that what stands before them is parsed apart. */
const OWN_BLOCK = /^[ \t>]*(?:$|[-*+|#]|\d{1,9}[.)])/;

/** Whether a piece can be parsed as Markdown in reasonable time. */
export function canParse(source: string): boolean {
  if (source.length <= LONGEST_PARAGRAPH) return true;
  const lines = source.split("\n");
  const read = readLines(lines);
  let paragraph = 0;
  let block = 0;
  return lines.every((line, at) => {
    if (read[at] === "verbatim") paragraph = 0;
    else {
      paragraph = OWN_BLOCK.test(line) ? line.length : paragraph + line.length;
      block += /^[ \t>]*\|/.test(line) ? line.length / 4 : line.length;
    }
    return paragraph <= LONGEST_PARAGRAPH && block <= LONGEST_BLOCK;
  });
}

/** Cuts plain text at line ends into pieces of about this many characters; a longer line is cut in the middle. */
export function splitLines(source: string, piece = PIECE): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < source.length;) {
    const newline = source.indexOf("\n", from + piece);
    const end = newline < 0 || newline > from + piece * 2 ? wholeCharacter(source, from + piece * 2) : newline + 1;
    pieces.push(source.slice(from, end));
    from = end;
  }
  return pieces.length > 0 ? pieces : [""];
}

/** Moves a cut behind a surrogate pair, so that no character is cut in half. */
const wholeCharacter = (text: string, at: number) => (/[\uDC00-\uDFFF]/.test(text[at] ?? "") ? at + 1 : at);
