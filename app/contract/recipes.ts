import { z } from "zod";
import { STRENGTHS } from "../votes/strength";
import { PAIRS } from "./release-row";

/**
 * The settings of each type of job, with the papers' defaults and what each one does. Training settings carry the
 * names of the trainer's own (`tiebreak-worker train --help`), so that they pass through untranslated; the samples in
 * tests/contract/jobs hold both sides to that. The start form is made from `title`, `description` and `default`.
 */
export const MARGINS = ["none", "llama2-small", "llama2-large", "scaled"] as const;
export const LOSSES = [
  "sigmoid",
  "hinge",
  "sigmoid_norm",
  "robust",
  "exo_pair",
  "discopop",
  "ipo",
  "nca_pair",
  "bco_pair",
  "sppo_hard",
  "apo_zero",
  "apo_down",
] as const;

const say = <T extends z.ZodType>(schema: T, title: string, description: string): T => schema.meta({ title, description }) as T;
const real = (min: number, max: number) => z.number().min(min).max(max);
const whole = (min: number, max: number) => z.number().int().min(min).max(max);

const strengths = (all: readonly ((typeof STRENGTHS)[number] | "all")[], why: string) =>
  say(
    z
      .array(z.enum([...STRENGTHS, "all"]))
      .min(1, "Choose at least one.")
      .default([...all]),
    "Strengths that take part",
    why,
  );

const pairs = say(
  z
    .array(z.enum(PAIRS))
    .min(1, "Choose at least one.")
    .default([...PAIRS]),
  "Ordered pairs",
  "An edited comparison is three pairs: edited > chosen > rejected (Llama 3, section 4.1.2). Leave out those you do not trust.",
);

const optimisation = {
  epochs: say(
    real(0.01, 100).default(1),
    "Passes over the data",
    "One; longer training over-fits a reward model (Llama 2, section 3.2.2).",
  ),
  max_steps: say(whole(0, 10_000_000).default(0), "Step limit", "Stops after this many steps; 0 is no limit."),
  batch_size: say(
    whole(1, 65_536).default(64),
    "Comparisons per step",
    "Over all devices. Llama 2 used 512 for its reward models; small releases want less.",
  ),
  learning_rate: say(
    real(0, 1).default(1e-5),
    "Learning rate",
    "The highest rate. 1e-5 in Llama 3 for all three stages; LoRA bears about ten times as much.",
  ),
  schedule: say(z.enum(["cosine", "linear", "constant"]).default("cosine"), "Schedule", "How the rate falls. Cosine in Llama 2."),
  warmup: say(real(0, 0.9).default(0.03), "Warm-up share", "Share of the steps in which the rate rises. 3 % in Llama 2."),
  final_rate: say(real(0, 1).default(0.1), "Final rate", "The rate at the end, as a share of the highest. A tenth in Llama 2."),
  weight_decay: say(real(0, 1).default(0), "Weight decay", "Of weight matrices only."),
  clip: say(real(0, 1000).default(1), "Gradient clip", "Largest norm of the gradient; 0 is no limit."),
  seed: say(whole(0, 2 ** 31 - 1).default(0), "Seed", "Of everything random: the same seed and data give the same weights."),
};

const memory = {
  lora_rank: say(whole(0, 1024).default(0), "LoRA rank", "0 trains all weights. 16 or 32 needs a fraction of the memory."),
  lora_alpha: say(whole(1, 4096).default(32), "LoRA scale", "Only with a LoRA rank."),
  lora_dropout: say(real(0, 0.9).default(0), "LoRA dropout", "Only with a LoRA rank."),
  precision: say(
    z.enum(["auto", "float32", "mixed", "bfloat16"]).default("auto"),
    "Precision",
    "mixed keeps float32 weights; auto is mixed on a GPU and float32 on a CPU.",
  ),
  share_prompt: say(
    z.enum(["auto", "on", "off"]).default("auto"),
    "One row per comparison",
    "Computes a prompt once for all its responses, exactly (Llama 3, section 4.1.2). auto: where the architecture allows it.",
  ),
  micro_batch_tokens: say(
    whole(0, 10_000_000).default(0),
    "Tokens per forward pass",
    "Lower it when memory runs out; the result stays the same. 0 is 16384 on a GPU and 4096 on a CPU.",
  ),
  gradient_checkpointing: say(z.boolean().default(false), "Gradient checkpointing", "Saves memory by computing activations twice."),
};

const data = {
  include_null_strength: say(
    z.boolean().default(false),
    "Rows without a strength",
    "Lets imported rows that carry none through the strength filter.",
  ),
  max_tokens: say(whole(0, 10_000_000).default(0), "Longest row (tokens)", "A prompt with one response; 0 is the model's context."),
  over_long: say(
    z.enum(["keep-out", "truncate", "fail"]).default("keep-out"),
    "Longer rows",
    "Kept out and counted, cut from the front of the prompt, or a reason to fail. Never silent.",
  ),
  pad_token: say(z.string().max(200).optional(), "Padding token", "Only for models that have none of their own; never the end token."),
  chat_template: say(
    z.string().max(100_000).optional(),
    "Chat template",
    "Jinja text in place of the model's own. A base model without one needs it.",
  ),
};

const running = {
  eval_every: say(whole(0, 1_000_000).default(0), "Steps between evaluations", "On the validation split; 0 is once per pass."),
  checkpoint_every: say(whole(1, 1_000_000).default(100), "Steps between checkpoints", "What a killed run loses at most."),
  load_best_at_end: say(
    z.boolean().default(false),
    "Keep the best weights",
    "The model gets the weights of the lowest validation loss, not those of the last step. Needs validation rows.",
  ),
};

export const trainRm = z.strictObject({
  strengths: strengths(["significantly_better", "better"], "Llama 3 trains on the two strongest."),
  pairs,
  margins: say(
    z.enum(MARGINS).default("none"),
    "Margin by strength",
    "None in Llama 3; Llama 2's small (1, 2/3, 1/3, 0) and large (3, 2, 1, 0) tables; scaled weighs the loss instead (HelpSteer2).",
  ),
  centring: say(real(0, 10).default(0), "Centring", "Weight of (sum of the pair's rewards)²; 0.01 keeps rewards around zero."),
  ...optimisation,
  ...data,
  ...memory,
  ...running,
});

export const trainSft = z.strictObject({
  strengths: strengths(["all"], "How far apart two responses were does not matter here."),
  responses: say(
    z.enum(["best", "both"]).default("best"),
    "Responses to learn from",
    "best: the edited response, or else the chosen one. The prompt's tokens are never part of the loss.",
  ),
  ...optimisation,
  ...data,
  ...memory,
  ...running,
});

export const trainDpo = z.strictObject({
  strengths: strengths(["significantly_better", "better"], "Llama 3 trains on the two strongest, of the newest round only."),
  pairs,
  loss: say(z.enum(LOSSES).default("sigmoid"), "Preference loss", "sigmoid is DPO's own; the others go by TRL's names."),
  beta: say(real(0.0001, 100).default(0.1), "β", "How strongly the model is held to its reference. 0.1 in Llama 3."),
  nll_weight: say(
    real(0, 100).default(0.2),
    "Weight of the likelihood term",
    "× the negative log-likelihood of the best response. 0.2 in Llama 3.",
  ),
  mask_format: say(
    z.boolean().default(true),
    "Mask format tokens",
    "Leaves header and end-of-turn tokens out of the preference term, against repeated tails and abrupt stops (Llama 3, section 4.1.4).",
  ),
  label_smoothing: say(real(0, 0.49).default(0), "Label smoothing", "The chance that a vote is wrong."),
  offset: say(real(0, 100).default(0), "Strength-aware offset", "Weight of an offset by strength (ODPO); 0 is off."),
  offset_table: say(
    z.enum(["llama2-small", "llama2-large", "scaled"]).default("llama2-small"),
    "Offset table",
    "Offset by strength, before its weight.",
  ),
  ...optimisation,
  ...data,
  ...memory,
  ...running,
});

export const average = z.strictObject({
  models: say(
    z
      .array(z.object({ id: z.uuid(), weight: real(0.0001, 1000).default(1) }))
      .min(2)
      .max(50),
    "Models",
    "Two or more checkpoints of one architecture. Llama 3 averages runs with different data and settings at every stage.",
  ),
});

export const evaluate = z.strictObject({
  reference_model_id: say(
    z.uuid().optional(),
    "Reference model",
    "For a DPO model: the one it started from. Its implicit rewards are then measured; without one, a language model's likelihoods are.",
  ),
  beta: say(real(0.0001, 100).default(0.1), "β", "Scale of implicit rewards, as in training. Only with a reference."),
  split: say(z.enum(["auto", "train", "validation", "test"]).default("auto"), "Split", "auto: test if it has rows, else validation."),
});

export const sample = z.strictObject({
  pool_id: say(z.uuid(), "Prompt pool", "The prompts to answer."),
  limit: say(whole(1, 1_000_000).default(1000), "Prompts", "At most this many, the newest first."),
  n: say(
    whole(1, 100).default(2),
    "Responses per prompt",
    "Two for a new comparison; 10 to 30 for rejection sampling (Llama 3, section 4.1.3).",
  ),
  temperature: say(real(0, 5).default(1), "Temperature", "1.2 to 1.3 was best for 10 to 100 samples in Llama 2."),
  top_p: say(real(0.01, 1).default(1), "Top-p", "1 samples from every token."),
  max_tokens: say(whole(1, 100_000).default(1024), "Longest response (tokens)", "Longer ones are cut there."),
  seed: say(whole(0, 2 ** 31 - 1).default(0), "Seed", "The same seed gives the same responses."),
});

export const score = z.strictObject({
  samples_job_id: say(z.uuid().optional(), "Samples", "The sampling job whose responses are scored; without one, the release's rows are."),
  split: say(z.enum(["train", "validation", "test"]).default("test"), "Split", "Of the release."),
});

export const paramsOf = { train_rm: trainRm, train_sft: trainSft, train_dpo: trainDpo, average, evaluate, sample, score } as const;
export type JobType = keyof typeof paramsOf;
export const JOB_TYPES = Object.keys(paramsOf) as [JobType, ...JobType[]];
export type ParamsOf<T extends JobType> = z.output<(typeof paramsOf)[T]>;

/** What a job of each type is called, what it takes, and what it leaves. */
export const ABOUT: Record<
  JobType,
  { title: string; summary: string; base: "causal" | "reward" | "any" | null; release: "required" | "optional" | null; makesModel: boolean }
> = {
  train_rm: {
    title: "Train a reward model",
    summary: "Bradley–Terry on a release's pairs. Starts from a language model, an encoder or an earlier reward model.",
    base: "any",
    release: "required",
    makesModel: true,
  },
  train_sft: {
    title: "Fine-tune (SFT)",
    summary: "Learns to write the edited and chosen responses.",
    base: "causal",
    release: "required",
    makesModel: true,
  },
  train_dpo: {
    title: "Train with preferences (DPO)",
    summary: "Moves a language model towards what was preferred, held to where it starts.",
    base: "causal",
    release: "required",
    makesModel: true,
  },
  average: { title: "Average models", summary: "The weighted mean of several runs' weights.", base: null, release: null, makesModel: true },
  evaluate: {
    title: "Evaluate",
    summary: "Accuracy with its interval, calibration and biases on a release's held-out rows.",
    base: "any",
    release: "required",
    makesModel: false,
  },
  sample: {
    title: "Sample responses",
    summary: "Writes responses to a pool's prompts: the next round's pairs.",
    base: "causal",
    release: null,
    makesModel: false,
  },
  score: {
    title: "Score",
    summary: "Puts a reward on every response of a release or of a sampling job.",
    base: "reward",
    release: "optional",
    makesModel: false,
  },
};
