import { describe, expect, it } from "vitest";
import { indent, outdent, type Replacement } from "./indent";

/** The field with its selection in «»; one mark for a cursor. */
function field(marked: string) {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»");
  return { text: marked.replace(/[«»]/g, ""), start, end: end < 0 ? start : end - 1 };
}

function after(marked: string, change: (selected: ReturnType<typeof field>) => Replacement | null): string | null {
  const selected = field(marked);
  const done = change(selected);
  if (!done) return null;
  const text = selected.text.slice(0, done.from) + done.insert + selected.text.slice(done.to);
  const close = done.end > done.start ? "»" : "";
  return `${text.slice(0, done.start)}«${text.slice(done.start, done.end)}${close}${text.slice(done.end)}`;
}

describe("Tab in the editor", () => {
  it.each([
    ["at the cursor", "a«b", "a  «b"],
    ["for what is selected", "a «word» b", "a   « b"],
    ["as the text does, by four", "def f():\n    x\n«y", "def f():\n    x\n    «y"],
    ["as the text does, by tabs", "f:\n\tx\n«y", "f:\n\tx\n\t«y"],
    ["every line that is selected", "a\nb«1\n\nb2»\nc", "a\n  b«1\n\n  b2»\nc"],
    ["not a line that the selection only touches", "«a\nb\n»c", "  «a\n  b\n»c"],
  ])("indents %s", (_, before, wanted) => expect(after(before, indent)).toBe(wanted));

  it.each([
    ["the line of the cursor", "a\n    b«c", "a\nb«c"],
    ["every line that is selected", "f:\n  a\n «   b\nc»", "f:\n  a\n«  b\nc»"],
    ["a tab", "\ta«", "a«"],
  ])("with Shift takes it from %s", (_, before, wanted) => expect(after(before, outdent)).toBe(wanted));

  it("with Shift goes on to the next element where nothing is indented", () => {
    expect(after("a\nb«c", outdent)).toBeNull();
  });
});
