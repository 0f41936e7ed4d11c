/** Longest formula, in characters: it keeps every search linear, and no person writes longer ones. */
export const LONGEST_FORMULA = 4_000;

/** Environments that KaTeX can typeset and that people write without dollars around them. */
export const ENVIRONMENT = /^\\begin\{((?:align(?:at)?|equation|gather)\*?|aligned|gathered|split|d?cases|array|[pbvBV]?matrix|CD)\}/;

const FUNCTIONS =
  /(?<!\p{L})(?:a?(?:sin|cos|tan)h?|arc(?:sin|cos|tan)|cot|log|exp|min|max|mod|gcd|lim|det|dim|ker|arg|sup|inf)(?!\p{L})/giu;
/** What editors and exporters escape in prose. */
const ESCAPED_IN_PROSE = /\\[_*#.~`[\]()\\-]/g;
const SNAKE_CASE = /\p{L}{2,}(?:_\p{L}{2,})+/gu;
const TEX = /\\(?:[A-Za-z]|[,;:!|{}])|[\^_{}]/;
const WORD = String.raw`(?:\p{L}\p{Ll}{2,}|\p{Lo})`;
const ANY_WORD = new RegExp(WORD, "u");
const WORD_OF_SEVERAL = new RegExp(`\\s${WORD}|${WORD}[,.]?\\s`, "u");
const RELATION = /\s(?:[=<>≤≥≈≠≡∝∈]|→)\s/;

/** Whether only TeX is written so: a command, an index, an exponent. */
const isTex = (body: string) => TEX.test(body.replace(ESCAPED_IN_PROSE, "").replace(SNAKE_CASE, ""));

/** Whether a text between delimiters reads as mathematics rather than as words, prices or punctuation. */
function readsAsFormula(body: string, word: RegExp): boolean {
  const text = body.trim();
  if (!/[\p{L}\p{N}\\]/u.test(text) || /^[)\],;:.]/.test(text)) return false;
  if (isTex(text)) return true;
  return !word.test(text.replace(FUNCTIONS, "")) || (RELATION.test(text) && !/^\d/.test(text));
}

/** `$x$` and `$$x$$`. One word alone is a name of something; several are a sentence between two prices. */
export const inDollars = (body: string): boolean => readsAsFormula(body, WORD_OF_SEVERAL);

/** `\(x\)`. Exporters write round brackets of prose so, too. */
export const inParentheses = (body: string): boolean => readsAsFormula(body, ANY_WORD);

/** `\[x\]`. Exporters write so what is in brackets in prose (`\[1\]`, `\[x\]`, `\[y\]`): only a sign tells, or lines of its own with room around it. */
export function inBrackets(body: string, alone: boolean): boolean {
  const sign = isTex(body) || /\p{Sm}/u.test(body) || (alone && /^\s[^]*\s$/.test(body));
  return sign && readsAsFormula(body, ANY_WORD);
}

/** Whether a character is escaped by the backslashes before it. */
export function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

export type Step = "more" | "formula" | "no";
const isWordCharacter = (char: string) => /[\p{L}\p{N}]/u.test(char);

/**
 * Reads a formula inside a paragraph from left to right: what `seen`, which begins at a delimiter, is, when `next` is the
 * character after it (an empty string at the end). The rule for dollars is Pandoc's (User's Guide, tex_math_dollars),
 * narrowed to both sides: prices, variables and names have a letter or digit at one of them.
 */
export function step(seen: string, next: string): Step {
  if (next !== "" && seen.length <= 1) return opening(seen, next);
  if (seen.length > LONGEST_FORMULA || seen.endsWith("`")) return "no";
  const result = seen.startsWith("$") ? dollars(seen, next) : backslash(seen, next);
  return result === "more" && next === "" ? "no" : result;
}

function opening(seen: string, next: string): Step {
  if (seen === "$") return /\s/.test(next) ? "no" : "more";
  return seen === "" || "([b".includes(next) ? "more" : "no";
}

function dollars(seen: string, next: string): Step {
  const size = seen.startsWith("$$") ? 2 : 1;
  if (seen.length === size) return size === 2 && next === "$" ? "no" : "more";
  if (!seen.endsWith("$") || isEscaped(seen, seen.length - 1) || next === "$") return "more";
  const run = /\$+$/.exec(seen)![0].length;
  if (run < size) return "more";
  const body = seen.slice(size, -size);
  const closes = run === size && !isWordCharacter(next) && (size === 2 || !/\s$/.test(body));
  return closes && inDollars(body) ? "formula" : "no";
}

function backslash(seen: string, next: string): Step {
  if (seen.startsWith("\\b")) return environment(seen);
  if (seen.length < 4 || isEscaped(seen, seen.length - 2) || seen.at(-2) !== "\\") return "more";
  if (seen.at(-1) === seen[1]) return "no";
  const body = seen.slice(2, -2);
  if (seen.startsWith("\\(") && seen.endsWith(")")) return inParentheses(body) ? "formula" : "no";
  if (seen.startsWith("\\[") && seen.endsWith("]")) return next !== "(" && inBrackets(body, false) ? "formula" : "no";
  return "more";
}

function environment(seen: string): Step {
  if (!seen.startsWith("\\begin{".slice(0, seen.length))) return "no";
  if (!seen.endsWith("}")) return "more";
  const name = ENVIRONMENT.exec(seen)?.[1];
  if (!name) return "no";
  const depth = seen.split(`\\begin{${name}}`).length - seen.split(`\\end{${name}}`).length;
  // Deeper nesting of one environment in itself is no formula, and giving up keeps the search linear.
  return depth > 4 ? "no" : depth > 0 ? "more" : "formula";
}

/** The TeX of a formula as it stands in the text, and whether it stands apart from the line. */
export function texOf(source: string): { tex: string; display: boolean } {
  if (source.startsWith("\\begin")) return { tex: source, display: true };
  const [, open = "", body = "", tail = ""] = /^(\$\$?|\\[([])([^]*?)(?:\$\$?|\\[)\]])?([.,;:]?)$/.exec(source.trim()) ?? [];
  return { tex: body.trim() + tail, display: open === "$$" || open === "\\[" };
}
