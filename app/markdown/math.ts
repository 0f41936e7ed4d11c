import { proseAndCode } from "./prose";

/** Longest inline formula, in characters: it keeps the search linear on text that is full of lone dollar signs. */
const LONGEST_INLINE = 1_000;

/**
 * Makes the ways in which models write LaTeX into the one that the parser reads, and keeps prices from being read as
 * formulas: `\(x\)` becomes `$x$`, `\[x\]` becomes a `$$` block, and a dollar sign that cannot delimit a formula is escaped.
 * The rule for single dollars is Pandoc's (User's Guide, tex_math_dollars): the opening one has a non-space character
 * right after it; the closing one has a non-space right before it and no digit right after it.
 */
export function normaliseMath(source: string): string {
  if (!/[$\\]/.test(source)) return source;
  return proseAndCode(source)
    .map((part) => (part.code ? part.text : escapeDollars(bracketsToDollars(part.text))))
    .join("");
}

function bracketsToDollars(text: string): string {
  return text
    .replace(/^([ \t]*)\\\[([^]{1,4000}?)\\\][ \t]*$/gm, (_, indent: string, body: string) => displayBlock(indent, body))
    .replace(/\\\[([^]{1,4000}?)\\\]/g, (_, body: string) => `$$${body.trim()}$$`)
    .replace(/\\\(([^\n]{1,1000}?)\\\)/g, (_, body: string) => `$${body.trim()}$`);
}

/** Keeps the indentation, so that a formula inside a list item stays inside it. */
function displayBlock(indent: string, body: string): string {
  const lines = body.trim().split("\n");
  return ["$$", ...lines.map((line) => line.trim()), "$$"].map((line) => indent + line).join("\n");
}

/** Walks the dollar signs of one stretch of prose from left to right and escapes those that pair with none. */
function escapeDollars(text: string): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) break;
    out += text.slice(at, dollar);
    const end = formulaEnd(text, dollar);
    if (isEscaped(text, dollar)) out += "$";
    else out += end > dollar ? text.slice(dollar, end) : "\\$";
    at = end > dollar && !isEscaped(text, dollar) ? end : dollar + 1;
  }
  return out + text.slice(at);
}

/** Where the formula that opens at `dollar` ends (exclusive), or -1 when none does. */
function formulaEnd(text: string, dollar: number): number {
  if (text.startsWith("$$", dollar)) {
    const close = text.indexOf("$$", dollar + 2);
    return close < 0 ? -1 : close + 2;
  }
  if (!/\S/.test(text[dollar + 1] ?? " ")) return -1;
  const paragraph = text.slice(dollar, dollar + LONGEST_INLINE).split(/\n[ \t]*\n/, 1)[0]!;
  for (let close = paragraph.indexOf("$", 2); close >= 0; close = paragraph.indexOf("$", close + 1)) {
    if (isEscaped(paragraph, close)) continue;
    return /\s/.test(paragraph[close - 1]!) || /\d/.test(text[dollar + close + 1] ?? "") ? -1 : dollar + close + 1;
  }
  return -1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}
