/** A field's text with what is selected in it. */
export type Selected = { text: string; start: number; end: number };
/** What is put in the place of a stretch of the text, and what is selected afterwards. */
export type Replacement = { from: number; to: number; insert: string; start: number; end: number };

/** What Tab does in a text field: it indents where the cursor is, or all lines that are selected. */
export function indent({ text, start, end }: Selected): Replacement {
  const unit = unitOf(text);
  if (!text.slice(start, end).includes("\n"))
    return { from: start, to: end, insert: unit, start: start + unit.length, end: start + unit.length };
  return onLines({ text, start, end }, (line) => (line === "" ? line : unit + line));
}

/** What Shift+Tab does: it takes one step of indentation from the lines. Null where there is none. */
export function outdent(selected: Selected): Replacement | null {
  const step = new RegExp(`^(?:\t| {1,${unitOf(selected.text).length}})`);
  const replacement = onLines(selected, (line) => line.replace(step, ""));
  return replacement.insert === selected.text.slice(replacement.from, replacement.to) ? null : replacement;
}

/** The indentation that the text has already; two spaces where it has none. */
function unitOf(text: string): string {
  if (/^\t/m.test(text)) return "\t";
  const widths = [...text.matchAll(/^( +)\S/gm)].map(([, spaces]) => spaces!.length).filter((width) => width > 1);
  return " ".repeat(Math.min(4, ...(widths.length > 0 ? widths : [2])));
}

function onLines({ text, start, end }: Selected, change: (line: string) => string): Replacement {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  // A selection that ends where a line begins does not mean that line.
  const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
  const newline = text.indexOf("\n", last);
  const to = newline < 0 ? text.length : newline;
  const lines = text.slice(from, to).split("\n");
  const changed = lines.map(change);
  const insert = changed.join("\n");
  const first = Math.max(from, start + changed[0]!.length - lines[0]!.length);
  return { from, to, insert, start: first, end: Math.max(first, end + insert.length - (to - from)) };
}
