import { RowProblem } from "./problems";

type Template = { name: string; begins: RegExp; mark: RegExp };

/** Chat templates that are recognised by how a text begins. The first group of `mark` is the role of the turn behind it. */
const TEMPLATES: Template[] = [
  { name: "ChatML", begins: /^\s*<\|im_start\|>/, mark: /(?:<\|im_end\|>\s*)?<\|im_start\|>(\w+)\n/g },
  {
    name: "Llama 3's template",
    begins: /^\s*(<\|begin_of_text\|>)?\s*<\|start_header_id\|>/,
    mark: /(?:<\|begin_of_text\|>)?(?:<\|eot_id\|>)?<\|start_header_id\|>(\w+)<\|end_header_id\|>\n\n/g,
  },
  { name: "Gemma's template", begins: /^\s*(<bos>)?<start_of_turn>/, mark: /(?:<bos>)?(?:<end_of_turn>\s*)?<start_of_turn>(\w+)\n/g },
];
const END = /(<\|im_end\|>|<\|eot_id\|>|<end_of_turn>)\s*$/;
const ROLES: Record<string, string> = { model: "assistant", ipython: "tool" };
/** Templates whose turns cannot be told apart with certainty. */
const OTHERS: [RegExp, string][] = [[/^\s*(<s>)?\s*\[INST\]/, "Llama 2's template ([INST] … [/INST])"]];

/**
 * The messages of a text into which somebody has already filled a chat template; undefined when it is just text. A last
 * assistant turn with nothing in it, which waits for the answer, is left out.
 */
export function readTemplate(field: string, text: string): { role: string; content: string }[] | undefined {
  const other = OTHERS.find(([begins]) => begins.test(text));
  if (other) throw new RowProblem(field, `is text in ${other[1]}. Give the messages themselves: [{"role": "user", "content": "…"}]`);
  const template = TEMPLATES.find(({ begins }) => begins.test(text));
  if (!template) return undefined;
  const marks = [...text.matchAll(template.mark)];
  if (marks.length === 0) throw new RowProblem(field, `looks like ${template.name}, but has no turn that can be read`);
  const turns = marks.map((mark, index) => ({
    role: ROLES[mark[1] ?? ""] ?? mark[1] ?? "",
    content: text.slice(mark.index + mark[0].length, marks[index + 1]?.index).replace(END, ""),
  }));
  const last = turns.at(-1);
  return last?.role === "assistant" && last.content.trim() === "" && turns.length > 1 ? turns.slice(0, -1) : turns;
}
