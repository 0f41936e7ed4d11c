import { RowProblem } from "../problems";
import { has, type Shape } from "./shape";

/** Judgments in a file of their own, which name a pair of another file. */
export const judgments: Shape = {
  id: "judgments",
  name: "Judgments without texts",
  fields: "pair_id (or comparison_id), annotator, and no prompt",
  fits: (row) => (has(row, "pair_id") || has(row, "comparison_id")) && !has(row, "prompt") && !has(row, "chosen") && !has(row, "responses"),
  read: () => {
    throw new RowProblem(
      "",
      'has a judgment, but neither prompt nor responses: it names a pair of another file. Join the two files by that id, so that each row has "prompt", "response_a", "response_b" and "choice", or "votes".',
      "file",
    );
  },
  becomes: "nothing: join them with the file that has the texts",
};
