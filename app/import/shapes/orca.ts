import { facts, numberIn, preferred } from "./build";
import { has, type Row, type Shape } from "./shape";

const asked = (row: Row) => ("question" in row ? "question" : "input");

export const orca: Shape = {
  id: "orca_dpo",
  name: "Orca DPO pairs",
  fields: "system, question (or input), chosen, rejected",
  fits: (row) =>
    has(row, "system", "chosen", "rejected") &&
    (has(row, "question") || has(row, "input")) &&
    !has(row, "prompt") &&
    !has(row, "instruction"),
  read: (row, options) => {
    const field = asked(row);
    const score = numberIn("chosen_score", row.chosen_score);
    return preferred(
      {
        row,
        prompt: row[field],
        field,
        system: row.system,
        metadata: facts(row, "system", field, "chosen", "rejected", "chosen_score"),
        said: [{ score }, {}],
        // Argilla found by ratings that some pairs of this set are ties, and says so.
        vote: row.status === "tie" ? { choice: "tie" } : {},
      },
      options,
    );
  },
  becomes: "a comparison and a vote for `chosen`; a tie where `status` says so",
};
