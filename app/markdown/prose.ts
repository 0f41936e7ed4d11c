import { formulaNode } from "./formula-syntax";

/** A node of the parsed source (mdast), as far as it is used here. */
type Node = { type: string; value?: string; lang?: string | null; children?: Node[]; data?: unknown };

/**
 * Prepares prose for people who wrote it as they saw it: a line break inside a paragraph stays one (poems, addresses,
 * logs), raw HTML is the characters it is made of, and a code block in `math` is a formula.
 */
export function remarkProse() {
  return (tree: Node) => {
    const stack = [tree];
    for (let parent = stack.pop(); parent; parent = stack.pop()) {
      const { type, children } = parent;
      if (!children) continue;
      parent.children = children.flatMap((child) => prepared(child, type));
      stack.push(...parent.children.filter((child) => child.children));
    }
  };
}

const INSIDE_PARAGRAPHS = new Set(["paragraph", "heading", "emphasis", "strong", "delete", "link", "linkReference", "tableCell"]);

function prepared(node: Node, parent: string): Node[] {
  if (node.type === "text") return withBreaks(node.value!);
  if (node.type === "code" && node.lang === "math") return [formulaNode(`$$\n${node.value!}\n$$`, true)];
  if (node.type !== "html") return [node];
  return [verbatim(node.value!, INSIDE_PARAGRAPHS.has(parent) ? "span" : "p")];
}

/** Text whose lines and indentation stay, as an element without children of its own, so that nobody looks into it. */
const verbatim = (value: string, hName: "p" | "span"): Node => ({
  type: "verbatim",
  value,
  data: { hName, hProperties: { className: ["md-html"] }, hChildren: [{ type: "text", value }] },
});

function withBreaks(value: string): Node[] {
  return value.split(/[ \t]*(?:\r\n|\r|\n)[ \t]*/).flatMap((line, index) => {
    const text = line === "" ? [] : [{ type: "text", value: line }];
    return index === 0 ? text : [{ type: "break" }, ...text];
  });
}
