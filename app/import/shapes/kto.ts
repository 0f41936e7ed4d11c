import { RowProblem } from "../problems";
import { facts, unjudged } from "./build";
import { has, type Shape } from "./shape";

/** Whether people liked an answer, as KTO has it; tables write it as text. */
function liked(field: string, value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  if (/^(true|1)$/i.test(String(value))) return true;
  if (/^(false|0)$/i.test(String(value))) return false;
  throw new RowProblem(field, "is neither true nor false");
}

export const kto: Shape = {
  id: "kto",
  name: "KTO and other unpaired rows",
  fields: "prompt, completion (and label)",
  fits: (row) => has(row, "prompt", "completion"),
  read: (row) => {
    const said = { label: liked("label", row.label) };
    const answers = [{ field: "completion", value: row.completion, model: row.model, metadata: said }];
    return { rows: [unjudged({ prompt: row.prompt, metadata: facts(row, "prompt", "completion", "label", "model"), answers })] };
  },
  becomes:
    "a response without votes, because nobody compared it; `label` is kept as its metadata. Answers to the same prompt become pairs with `--pairs all`",
};
