import { z } from "zod";
import { strengthSchema, TIES } from "../votes/strength";

/**
 * The rows of a release, as files hold them: what the platform promises to everything that trains on it. Exported as
 * JSON Schema to tests/contract/release-row.schema.json; tests/contract/release-rows/ holds samples that the tests of
 * both sides read. A field without a value is left out, never null: TRL stops at a null margin, and a null inside a
 * message reaches the chat template. docs/releasing.md says what each trainer reads.
 */
const toolCall = z.strictObject({
  id: z.string().optional(),
  type: z.literal("function").optional(),
  function: z.strictObject({ name: z.string().min(1), arguments: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
});
const toolCalls = z.array(toolCall).min(1).optional();
/** As it was imported; the fields behind the text are there only in dialogues with tools. */
export const message = z.strictObject({
  role: z.string().min(1),
  content: z.string(),
  name: z.string().optional(),
  tool_calls: toolCalls,
  tool_call_id: z.string().optional(),
});
export type Message = z.infer<typeof message>;

/** A conversation that waits for an answer. */
const prompt = z
  .array(message)
  .min(1)
  .refine((messages) => ["user", "tool"].includes(messages.at(-1)?.role ?? ""), "must end on a user turn, or on the result of a tool");
/** Tools that the prompt offers. */
const tools = z.array(z.record(z.string(), z.unknown())).min(1).optional();
const assistant = z.strictObject({ role: z.literal("assistant"), content: z.string(), tool_calls: toolCalls });
/** One response, as the list of one message that TRL and OpenRLHF read. */
const answer = z.array(assistant).length(1);
const same = (one: z.infer<typeof answer>, other: z.infer<typeof answer>) => JSON.stringify(one) === JSON.stringify(other);

/** Ordered pairs of a comparison whose chosen response was edited: edited > chosen > rejected. */
export const PAIRS = ["edited>chosen", "chosen>rejected", "edited>rejected"] as const;
export type PairKind = (typeof PAIRS)[number];

const preference = {
  /** How sure the annotators were that chosen is better. Missing when an imported preference came without one. */
  strength: strengthSchema.optional(),
  /** The gap that a reward model is asked for. In every row of a release, or in none. */
  margin: z.number().min(0).optional(),
};

const provenance = {
  /** Votes of this release on the comparison, and the share of them that give the row's answer, above 0 and up to 1. */
  votes: z.int().min(1),
  agreement: z.number().gt(0).max(1),
  round: z.int(),
  pool: z.string().min(1),
  /** Pseudonym; only in releases of one row per vote. */
  annotator: z.string().min(1).optional(),
  /** Whether the vote came with a file, so that nobody saw its sides here; in every row of releases of one row per vote, or in none. */
  imported: z.boolean().optional(),
  /** What the import calls the pair, or else its prompt, and says of it. Here and below, metadata is JSON text. */
  external_id: z.string().min(1).optional(),
  metadata: z.string().min(1).optional(),
  /** Of the vote, with one row per vote. */
  vote_id: z.string().min(1).optional(),
  comment: z.string().min(1).optional(),
  reason: z.string().min(1).optional(),
  vote_metadata: z.string().min(1).optional(),
  /** JSON text of what else was said: of the prompt, of each response, by further rows of imports, by each of several votes. */
  details: z.string().min(1).optional(),
};

const side = z.enum(["left", "right"]);
const canonical = {
  ...{ prompt, tools, chosen: answer, rejected: answer, edited: answer.optional() },
  ...preference,
  ...provenance,
  /** Names of the models that wrote the two responses. */
  models: z.strictObject({ chosen: z.string(), rejected: z.string() }),
  /** Where `chosen` was shown; only in releases of one row per vote. */
  chosen_side: side.optional(),
};

/** train.jsonl, validation.jsonl, test.jsonl and their Parquet twins. `id` is the comparison's, or the vote's with one row per vote. */
export const releaseRow = z
  .strictObject({ id: z.string().min(1), ...canonical })
  .refine((row) => !same(row.chosen, row.rejected), { path: ["rejected"], error: "is the same text as chosen" });
export type ReleaseRow = z.infer<typeof releaseRow>;

/** ties.jsonl: comparisons, or votes, on which neither response is better. `split` is where rows of its prompt stand. */
export const tieRow = z.strictObject({
  id: z.string().min(1),
  split: z.enum(["train", "validation", "test"]),
  prompt,
  tools,
  /** both_bad: neither is better, and neither is good. */
  tie: z.enum(TIES),
  a: answer,
  b: answer,
  ...provenance,
  models: z.strictObject({ a: z.string(), b: z.string() }),
  /** Where `a` was shown; only in releases of one row per vote. */
  a_side: side.optional(),
});

export type TieRow = z.infer<typeof tieRow>;

/** pairs/: one row per ordered pair; `chosen` and `rejected` are the pair's better and worse response. */
export const pairRow = z.strictObject({
  id: z.string().min(1),
  pair: z.enum(PAIRS),
  prompt,
  tools,
  chosen: answer,
  rejected: answer,
  ...preference,
});

/** conversations/: prompt and response as one conversation, for RewardBench and RLHFlow. */
export const conversationRow = z.strictObject({
  id: z.string().min(1),
  chosen: z.array(message).min(2),
  rejected: z.array(message).min(2),
  tools,
  margin: z.number().min(0).optional(),
});

/** sft/: the conversation with the best response known: the edit where there is one, else the chosen response. */
export const sftRow = z.strictObject({ id: z.string().min(1), messages: z.array(message).min(2), tools });

const plainMessage = z.strictObject({ role: z.string().min(1), content: z.string() });

/** llamafactory/: read through its dataset_info.json. Answers are one object, not a list. */
export const llamafactoryRow = z.strictObject({
  id: z.string().min(1),
  conversations: z.array(plainMessage).min(1),
  chosen: z.strictObject({ role: z.literal("assistant"), content: z.string() }),
  rejected: z.strictObject({ role: z.literal("assistant"), content: z.string() }),
});

/** axolotl-rm/: flat strings, one user turn. `system` is always there, because the reader indexes it. */
export const axolotlRow = z.strictObject({
  id: z.string().min(1),
  system: z.string(),
  input: z.string(),
  chosen: z.string(),
  rejected: z.string(),
});

/** Kind of row by the name of the folder that holds it; canonical rows lie at the top. */
export const releaseRows = {
  canonical: releaseRow,
  ties: tieRow,
  pairs: pairRow,
  conversations: conversationRow,
  sft: sftRow,
  llamafactory: llamafactoryRow,
  "axolotl-rm": axolotlRow,
} as const;

/** The JSON Schema (2020-12) of every kind of row, under `$defs`. */
export function releaseRowSchema(): Record<string, unknown> {
  const defs = Object.entries(releaseRows).map(([name, schema]) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema);
    return [name, rest] as const;
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Rows of a Tiebreak release",
    $ref: "#/$defs/canonical",
    $defs: Object.fromEntries(defs),
  };
}
