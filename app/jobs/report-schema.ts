import { z } from "zod";

const number = z.number().nullable();
const share = z.object({ value: number, low: number, high: number, count: z.number() });
const group = z.object({ name: z.string(), accuracy: share, mean_gap: number });

/** The part of a worker's evaluation report that the page shows; worker/tiebreak_worker/evaluate writes it. */
export const evaluationReport = z.object({
  kind: z.enum(["rm", "dpo", "sft"]),
  split: z.string(),
  rows: z.number(),
  /** Of a language model that is measured by its likelihoods: per token of the best responses, and how many those were. */
  nll: number.optional(),
  response_tokens: z.number().optional(),
  accuracy: share,
  per_strength: z.array(group),
  per_pool: z.array(group),
  /** How the validation loss went, and which step's weights the model has. An older worker does not say the last. */
  validation: z.object({ saved_step: z.number().optional() }).optional(),
  calibration: z.object({
    expected_calibration_error: number,
    curve: z.array(z.object({ from: z.number(), to: z.number(), count: z.number(), confidence: number, accuracy: number })),
  }),
  gap_histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })),
  length_bias: z.object({
    votes_prefer_longer: share,
    model_prefers_longer: share,
    accuracy_chosen_longer: share,
    accuracy_chosen_shorter: share,
  }),
  position_bias: z.object({ votes_left: share, accuracy_chosen_left: share, accuracy_chosen_right: share }).nullable(),
  agreement_ceiling: z.object({ count: z.number(), ceiling: number, accuracy: share }).nullable(),
});
export type EvaluationReport = z.infer<typeof evaluationReport>;
export type Share = z.infer<typeof share>;
