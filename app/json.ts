/** Lists and objects within each other, at most: far more than data has, far fewer than any walk over it can take. */
const MAX_DEPTH = 100;

/** Nested so deeply that a walk over it could fail. */
class TooDeep extends SyntaxError {}

/** JSON.parse for text from outside. Throws SyntaxError, also for what is nested too deeply. */
export function parseJsonText(text: string): unknown {
  // Before parsing, which itself takes memory for each level.
  if (isDeep(text)) throw new TooDeep(`nests lists and objects more than ${MAX_DEPTH} levels deep`);
  return JSON.parse(text) as unknown;
}

/** What is wrong with a text that parseJsonText refuses, as the end of a sentence about it. */
export const jsonProblem = (error: unknown): string =>
  error instanceof TooDeep ? error.message : `is not JSON: ${error instanceof Error ? error.message : String(error)}`;

const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = Array.from('"\\[]{}', (char) => char.charCodeAt(0));

function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === LIST || char === OBJECT) depth += 1;
    else if (char === LIST_END || char === OBJECT_END) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Where the string that begins at `start` ends; behind the text when it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
