import { RowProblem } from "../problems";
import { comparison, facts, numberIn, preferred, unjudged } from "./build";
import { has, type Row, type Shape } from "./shape";

/** Alpaca's prompt: the instruction, and what it is about behind a blank line. */
export function instructionOf(row: Row): string {
  const { instruction, input } = row;
  if (typeof instruction !== "string") throw new RowProblem("instruction", "is not a text");
  return typeof input === "string" && input.trim() !== "" ? `${instruction}\n\n${input}` : instruction;
}

export const alpacaPreference: Shape = {
  id: "alpaca_preference",
  name: "Alpaca preferences (LLaMA-Factory)",
  fields: "instruction, chosen, rejected",
  fits: (row) => has(row, "instruction", "chosen", "rejected"),
  read: (row, options) => {
    const metadata = facts(row, "instruction", "input", "chosen", "rejected", "system");
    return preferred({ row, prompt: instructionOf(row), field: "instruction", system: row.system, metadata }, options);
  },
  becomes: "a comparison and a vote for `chosen`; `input` follows the instruction",
};

export const alpacaEval: Shape = {
  id: "alpaca_eval",
  name: "AlpacaEval annotations",
  fields: "instruction, output_1, output_2, preference",
  fits: (row) => has(row, "instruction", "output_1", "output_2"),
  read: (row, options) => {
    const used = [
      "instruction",
      "input",
      "output_1",
      "output_2",
      "generator_1",
      "generator_2",
      "preference",
      "annotator",
      "dataset",
      "datasplit",
    ];
    const read = comparison(
      {
        prompt: instructionOf(row),
        field: "instruction",
        metadata: facts({ dataset: row.dataset, datasplit: row.datasplit }),
        answers: [
          { field: "output_1", value: row.output_1, model: row.generator_1 },
          { field: "output_2", value: row.output_2, model: row.generator_2 },
        ],
        votes: judged(row),
        comparison: { metadata: facts(row, ...used) },
      },
      options,
    );
    return { rows: [read] };
  },
  becomes: "a comparison and the annotator's vote: `preference` 1 to 2 says how far to the second output, 1.5 and 0 are ties",
};

function judged(row: Row) {
  const preference = numberIn("preference", row.preference);
  if (preference === undefined) return [];
  if (preference !== 0 && (preference < 1 || preference > 2)) throw new RowProblem("preference", `is ${preference}; it goes from 1 (output_1) to 2 (output_2), and 0 is a tie`); // prettier-ignore
  const choice = preference === 0 || preference === 1.5 ? "tie" : preference < 1.5 ? 0 : 1;
  return [{ choice, by: row.annotator, metadata: { preference }, field: "preference" } as const];
}

export const alpaca: Shape = {
  id: "alpaca",
  name: "AlpacaEval outputs and Alpaca rows",
  fields: "instruction, output",
  fits: (row) => has(row, "instruction", "output"),
  read: (row) => {
    const metadata = facts(row, "instruction", "input", "output", "generator", "model", "system");
    const answers = [{ field: "output", value: row.output, model: row.generator ?? row.model }];
    return { rows: [unjudged({ prompt: instructionOf(row), field: "instruction", system: row.system, metadata, answers })] };
  },
  becomes: "a response without votes. Import the outputs of two models into one pool with `--pairs all`, and they become pairs",
};
