import type { ExtraProps } from "react-markdown";

/** An element of the parsed page, in the parser's own type. */
export type Element = NonNullable<ExtraProps["node"]>;
type ElementContent = Element["children"][number];
type Parent = { children: (ElementContent | { type: "doctype" })[] };

/** Nesting beyond this is no text that a person wrote; rendering it could overflow the stack. */
const DEEPEST = 100;
/** Highlighting takes time in proportion; beyond this many characters code stays plain. */
const HIGHLIGHT_LIMIT = 20_000;

/** Formulas of one text that are typeset at once; the others as they come near the window. */
const AT_ONCE = 60;
/** Class of those others. */
export const LATE = "formula-late";

const BLOCKS = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "td", "th", "table"]);

/**
 * Prepares the tree for safe display: every block finds its own writing direction, very long code is left without
 * highlighting, formulas beyond the first are marked as late, and a tree too deep to render is refused (the caller then
 * shows the source).
 */
export function rehypePrepare() {
  return (tree: Parent) => {
    const stack: { node: Parent; depth: number }[] = [{ node: tree, depth: 0 }];
    for (let entry = stack.pop(); entry; entry = stack.pop()) {
      if (entry.depth > DEEPEST) throw new RangeError("nested too deeply to render");
      for (const child of entry.node.children) {
        if (child.type !== "element") continue;
        prepare(child);
        stack.push({ node: child, depth: entry.depth + 1 });
      }
    }
    for (const formula of formulasOf(tree).slice(AT_ONCE)) formula.properties.className = [...classes(formula), LATE];
  };
}

/** In the order of the text. The tree is known to be shallow enough by then. */
const formulasOf = (node: Parent): Element[] =>
  node.children.flatMap((child) => (child.type !== "element" ? [] : child.tagName === "var" ? [child] : formulasOf(child)));

function prepare(element: Element): void {
  if (BLOCKS.has(element.tagName)) element.properties.dir = "auto";
  const [code] = element.children;
  if (element.tagName !== "pre" || code?.type !== "element") return;
  element.properties.dir = "ltr";
  if (textLength(code.children) > HIGHLIGHT_LIMIT) code.properties.className = [...classes(code), "no-highlight"];
}

const textLength = (nodes: ElementContent[]) => nodes.reduce((sum, node) => sum + (node.type === "text" ? node.value.length : 0), 0);

/** Class names of an element, however the parser stored them. */
export function classes(element: Element | undefined): string[] {
  const value = element?.properties.className;
  return Array.isArray(value) ? value.map(String) : [];
}
