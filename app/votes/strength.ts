import { z } from "zod";

/** Llama 3's four levels (arXiv 2407.21783, section 4.2.1), strongest first. */
export const STRENGTHS = ["significantly_better", "better", "slightly_better", "marginally_better"] as const;

export const strengthSchema = z.enum(STRENGTHS);
export type Strength = z.infer<typeof strengthSchema>;

export const STRENGTH_LABELS: Record<Strength, string> = {
  significantly_better: "Significantly better",
  better: "Better",
  slightly_better: "Slightly better",
  marginally_better: "Marginally better",
};

/** Answers without a better response: neither is better, or neither is better and neither is good. For agreement both are the middle of the scale. */
export const TIES = ["tie", "both_bad"] as const;
export type Tie = (typeof TIES)[number];

export const TIE_LABELS: Record<Tie, string> = { tie: "Tie", both_bad: "Both bad" };
