import type { Strength } from "../../votes/strength";
import { RowProblem } from "../problems";
import { comparison, facts, numberIn, objectIn, type Judged } from "./build";
import { has, type Shape } from "./shape";

/** Their scale, from −1 to 1, on ours: what its absolute value is at most, weakest first. */
const STRENGTHS: [number, Strength][] = [
  [0.25, "marginally_better"],
  [0.5, "slightly_better"],
  [0.75, "better"],
  [1, "significantly_better"],
];

function judged(first: number | undefined, second: number | undefined): Judged[] {
  if (first === undefined && second === undefined) return [];
  const score = first ?? -(second ?? 0);
  if (first !== undefined && second !== undefined && first !== -second) throw new RowProblem("score_1", `is ${second}, but score_0 is ${first}; the two are opposites`); // prettier-ignore
  if (score === 0) return [{ choice: "tie", field: "score_0" }];
  const strength = STRENGTHS.find(([most]) => Math.abs(score) <= most)?.[1];
  if (!strength) throw new RowProblem("score_0", `is ${score}; it goes from -1 to 1`);
  return [{ choice: score > 0 ? 0 : 1, strength, field: "score_0" }];
}

export const webgpt: Shape = {
  id: "webgpt",
  name: "WebGPT comparisons",
  fields: "question, answer_0, answer_1, score_0, score_1",
  fits: (row) => has(row, "question", "answer_0", "answer_1", "score_0"),
  read: (row, options) => {
    const { full_text, ...question } = typeof row.question === "string" ? { full_text: row.question } : objectIn("question", row.question);
    const scores = [numberIn("score_0", row.score_0), numberIn("score_1", row.score_1)] as const;
    const used = ["question", "answer_0", "answer_1", "score_0", "score_1", "quotes_0", "quotes_1", "tokens_0", "tokens_1"];
    const read = comparison(
      {
        prompt: full_text,
        field: "question.full_text",
        metadata: { ...question, ...facts(row, ...used) },
        answers: [
          { field: "answer_0", value: row.answer_0, metadata: { score: scores[0], quotes: row.quotes_0 } },
          { field: "answer_1", value: row.answer_1, metadata: { score: scores[1], quotes: row.quotes_1 } },
        ],
        votes: judged(...scores),
      },
      options,
    );
    return { rows: [read] };
  },
  becomes: "a comparison and a vote for the answer with the positive score; 0 is a tie. Tokens are left out, quotes and scores are kept",
};
