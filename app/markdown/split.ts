import { closes, opensFence } from "./fences";

/** Characters that a piece should have at least. Pieces of this size parse and paint in a few milliseconds each. */
const PIECE = 4_000;
/** A piece that finds no blank line to end at by this size ends at any line: parsers take the square of the length on some texts. */
const LONGEST_WITH_LINES = 12_000;
/** A longer stretch of prose, which has no line ends at all, is shown as plain text: parsing it could freeze the page. */
const LARGEST_PROSE = 20_000;

const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S/;

/**
 * Cuts Markdown source between top-level blocks into pieces that can be rendered one by one. Short sources stay whole.
 * Link definitions are repeated at the end of every piece, since a reference may stand in any of them.
 */
export function splitBlocks(source: string, piece = PIECE): string[] {
  if (source.length <= piece * 2) return [source];
  const lines = source.split("\n");
  const pieces = cut(lines, piece);
  const definitions = linkDefinitions(lines);
  return definitions ? pieces.map((text) => `${text}\n\n${definitions}`) : pieces;
}

function cut(lines: string[], piece: number): string[] {
  const pieces: string[] = [];
  let current: string[] = [];
  let size = 0;
  const state = { fence: "", math: false };
  lines.forEach((line, index) => {
    current.push(line);
    size += line.length + 1;
    track(state, line);
    const blank = line.trim() === "" && !state.fence && !state.math;
    // An indented line goes on with a list item above it, so the cut would take it out of its list.
    const clean = size >= piece && blank && /^\S/.test(lines[index + 1] ?? "");
    if (clean || (size >= LONGEST_WITH_LINES && !state.fence && !state.math)) {
      pieces.push(current.join("\n"));
      current = [];
      size = 0;
    }
  });
  if (current.some((line) => line.trim() !== "")) pieces.push(current.join("\n"));
  return pieces;
}

/** Follows whether a line is inside a fenced code block or a `$$` block. */
function track(state: { fence: string; math: boolean }, line: string): void {
  if (state.fence) {
    if (closes(line, state.fence)) state.fence = "";
  } else if (opensFence(line)) state.fence = opensFence(line);
  else if ((line.match(/\$\$/g)?.length ?? 0) % 2 === 1) state.math = !state.math;
}

function linkDefinitions(lines: string[]): string {
  const state = { fence: "", math: false };
  const found = lines.filter((line) => {
    track(state, line);
    return !state.fence && DEFINITION.test(line);
  });
  return found.slice(0, 200).join("\n");
}

/** Lines that begin a block of their own, so that what stands before them is parsed apart. */
const OWN_BLOCK = /^[ \t>]*(?:$|[-*+|#]|\d{1,9}[.)])/;

/** Whether a piece can be parsed as Markdown in reasonable time. */
export function canParse(source: string): boolean {
  if (source.length <= LARGEST_PROSE) return true;
  let fence = "";
  let paragraph = 0;
  return source.split("\n").every((line) => {
    if (fence) fence = closes(line, fence) ? "" : fence;
    else {
      fence = opensFence(line);
      paragraph = fence ? 0 : OWN_BLOCK.test(line) ? line.length : paragraph + line.length;
    }
    return paragraph <= LARGEST_PROSE;
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
