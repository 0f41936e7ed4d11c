import { RowProblem } from "../problems";
import { facts, listIn, numberIn, objectIn, preferred, ranked, type Judged } from "./build";
import { has, type Row, type Shape } from "./shape";

/** Names of the two scores: of Hugging Face H4's form, and of Argilla's. */
const SCORES: [string, string][] = [
  ["score_chosen", "score_rejected"],
  ["chosen_score", "rejected_score"],
  ["chosen-rating", "rejected-rating"],
  ["chosen_rating", "rejected_rating"],
];
const MODELS = ["chosen-model", "rejected-model", "chosen_model", "rejected_model"];
const scoresOf = (row: Row) => SCORES.find((names) => has(row, ...names));

export const ultrafeedbackBinarized: Shape = {
  id: "ultrafeedback_binarized",
  name: "UltraFeedback, binarized",
  fields: "chosen, rejected, score_chosen, score_rejected (or chosen-rating, rejected-rating)",
  fits: (row) => has(row, "chosen", "rejected") && scoresOf(row) !== undefined && !has(row, "input") && !has(row, "question"),
  read: (row, options) => {
    const [forChosen, forRejected] = scoresOf(row) ?? ["", ""];
    const scores = [numberIn(forChosen, row[forChosen]), numberIn(forRejected, row[forRejected])] as const;
    const used = ["prompt", "prompt_id", "chosen", "rejected", "messages", ...MODELS, forChosen, forRejected];
    return preferred(
      {
        row,
        prompt: row.prompt ?? undefined,
        id: row.prompt_id,
        metadata: facts(row, ...used),
        models: [row["chosen-model"] ?? row.chosen_model, row["rejected-model"] ?? row.rejected_model],
        said: [{ score: scores[0] }, { score: scores[1] }],
        vote: byScores(...scores, forChosen),
      },
      options,
    );
  },
  becomes: "a comparison and a vote for `chosen`; a tie where both scores are equal. The scores are kept with the responses",
};

/** What two scores say of a choice: it stands, it is a tie, or they contradict it. */
export function byScores(chosen: number | undefined, rejected: number | undefined, field: string): Pick<Judged, "choice"> {
  if (chosen === undefined || rejected === undefined || chosen > rejected) return { choice: 0 };
  if (chosen === rejected) return { choice: "tie" };
  throw new RowProblem(field, `is ${chosen}, less than the ${rejected} of the rejected response, so the scores contradict the choice`);
}

export const ultrafeedback: Shape = {
  id: "ultrafeedback",
  name: "UltraFeedback",
  fields: "instruction, completions (with model, response and scores)",
  fits: (row) => has(row, "instruction", "completions"),
  read: (row, options) => {
    const completions = listIn("completions", row.completions).map((item, index) => objectIn(`completions[${index}]`, item));
    const scored = completions.every(({ overall_score }) => typeof overall_score === "number") ? "overall_score" : "fine-grained_score";
    const answers = completions.map((completion, index) => ({
      field: `completions[${index}].response`,
      value: completion.response,
      model: completion.model,
      metadata: facts(completion, "response", "model"),
      score: numberIn(`completions[${index}].${scored}`, completion[scored]),
    }));
    const metadata = facts(row, "instruction", "completions", "models");
    return { rows: ranked({ prompt: row.instruction, field: "instruction", metadata, answers }, options) };
  },
  becomes: "every pair of its completions, with a vote for the one of the higher `overall_score`; a tie where they are equal",
};
