import { RowProblem, listed } from "../problems";
import { comparison, facts, listIn, numberIn, objectIn, type Judged } from "./build";
import { choiceOf } from "./choice";
import { has, type Row, type Shape } from "./shape";

/** The answers of a pairwise scheme: {"selection": "A"} or {"scale_value": "-2"}. */
function votes(row: Row): Judged[] {
  const labels = objectIn("label_annotations", row.label_annotations);
  const found = Object.entries(labels).flatMap(([scheme, answer]): (Judged & { scheme: string })[] => {
    const { selection, scale_value } = typeof answer === "object" && answer !== null ? (answer as Row) : {};
    const field = `label_annotations.${scheme}`;
    if (selection !== undefined) return [{ choice: choiceOf(`${field}.selection`, selection), scheme, field }];
    const scale = numberIn(`${field}.scale_value`, scale_value);
    if (scale === undefined) return [];
    if (scale === 0) return [{ choice: "tie", scheme, field }];
    // How far the slider goes is not in the row, so that its value says no strength.
    return [{ choice: scale < 0 ? 0 : 1, metadata: { scale_value: scale }, scheme, field }];
  });
  if (found.length > 1)
    throw new RowProblem("label_annotations", `say which is better by ${listed(found.map(({ scheme }) => scheme))}; only one can be the vote. Remove the others`); // prettier-ignore
  return found.map(({ scheme: _, ...vote }) => ({ ...vote, by: row.user_id ?? row.annotator }));
}

const PROMPTS = ["prompt", "question", "instruction", "context", "text"];
const LISTS = ["responses", "items", "outputs", "answers", "candidates"];

export const potato: Shape = {
  id: "potato",
  name: "Potato, pairwise",
  fields: "label_annotations",
  fits: (row) => has(row, "label_annotations"),
  read: (row, options) => {
    const list = LISTS.find((name) => Array.isArray(row[name]));
    const prompt = PROMPTS.find((name) => typeof row[name] === "string");
    const texts = list ? listIn(list, row[list]) : [row.left, row.right];
    if (!prompt || texts.length !== 2 || texts.some((text) => text === undefined))
      throw new RowProblem(
        "",
        'has the choice, but not the prompt and the two answers. Potato keeps them in its data file: join the two by "id", so that each row has "prompt", "responses" and "label_annotations"',
        "file",
      );
    const fields = list ? [`${list}[0]`, `${list}[1]`] : ["left", "right"];
    const used = [prompt, list ?? "left", "right", "label_annotations", "span_annotations", "behavioral_data", "displayed_text", "user_id", "annotator", "id", "instance_id"]; // prettier-ignore
    const read = comparison(
      {
        prompt: row[prompt],
        field: prompt,
        metadata: facts(row, ...used),
        answers: [
          { field: fields[0] ?? "", value: texts[0] },
          { field: fields[1] ?? "", value: texts[1] },
        ],
        votes: votes(row),
        comparison: { id: row.id ?? row.instance_id },
      },
      options,
    );
    return { rows: [read] };
  },
  becomes: "a comparison and the person's vote, when the row has the two answers (`responses`, or `left` and `right`)",
};
