import { z } from "zod";
import { messages, storableText, writtenText, type Message } from "../prompts/schema";
import { STRENGTHS, type Strength } from "../votes/strength";

export const FORMATS = ["jsonl", "csv", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** How more than two responses to a prompt become comparisons. With two there is one pair under either rule. */
export const pairRule = z.discriminatedUnion("rule", [
  z.strictObject({ rule: z.literal("all") }).describe("Every pair of different responses."),
  z
    .strictObject({ rule: z.literal("random"), count: z.int().min(1).max(1000), seed: z.int().min(0).default(0) })
    .describe("`count` pairs per prompt, drawn by `seed` and the prompt's content: the same file gives the same pairs."),
]);
export type PairRule = z.infer<typeof pairRule>;

export const importOptions = z.strictObject({
  pairs: pairRule.default({ rule: "all" }),
  round: z.int().min(1).max(1_000_000).default(1).describe("Round of the comparisons, where a row does not say its own."),
  annotator: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .default("unknown annotator")
    .describe("Whose votes chosen/rejected rows are, where they do not say."),
});
/**
 * What an ImportRun keeps: the options, the SHA-256 of its file, by which an interrupted import is found again, and the
 * accounts that names of annotators stand for. Other names become people known from imports only.
 */
export const storedOptions = importOptions.extend({ sha256: z.string(), people: z.record(z.string(), z.uuid()).optional() });
export type StoredOptions = z.infer<typeof storedOptions>;
export type ImportOptions = z.infer<typeof importOptions>;

/** How the options travel in an address or a form, where everything is text. */
export const importQuery = z.object({
  pool: z.uuid("Choose a pool"),
  name: z.string().trim().min(1, "The file has no name").max(255),
  pairs: z.enum(["all", "random"]).default("all"),
  count: z.coerce.number().int().min(1, "At least 1 pair").max(1000, "At most 1,000 pairs").default(1),
  seed: z.coerce.number().int().min(0, "0 or more").default(0),
  round: z.coerce.number().int().min(1, "1 or more").max(1_000_000).default(1),
  annotator: z.string().trim().max(200).default(""),
});
export type ImportQuery = z.infer<typeof importQuery>;

export const optionsOf = ({ pairs, count, seed, round, annotator }: Omit<ImportQuery, "pool" | "name">): ImportOptions =>
  importOptions.parse({
    pairs: pairs === "random" ? { rule: "random", count, seed } : { rule: "all" },
    round,
    ...(annotator ? { annotator } : {}),
  });

/** What the list of imports is asked for; the address of the page is its state. */
export const importList = z.object({
  page: z.coerce.number().int().min(1).max(1000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(25),
  sort: z.enum(["createdAt"]).catch("createdAt"),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  pool: z.uuid().optional().catch(undefined),
  status: z.enum(["queued", "running", "done", "failed", "cancelled"]).optional().catch(undefined),
});
export type ImportList = z.infer<typeof importList>;

export const importAction = z.object({ intent: z.enum(["cancel", "retry"]) });

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const name = (what: string) => writtenText.max(500, `is longer than 500 characters, too long for ${what}`);
const jsonText = (value: unknown) => JSON.stringify(value);
/** Zod leaves this key out without a word, so it is refused before. */
const hasProto = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProto));
export const metadata = z
  .unknown()
  .refine((value) => !hasProto(value), 'has a key called "__proto__", which cannot be stored')
  .pipe(z.record(z.string(), z.json()))
  .refine(
    (value) => !/\\u0000/.test(jsonText(value)) && !/\\ud[89a-f]/i.test(jsonText(value)),
    "contains a character that cannot be stored",
  )
  .refine((value) => jsonText(value).length <= 1_000_000, "is larger than 1 MB");

/** A point in time; without a zone it is read as UTC. */
const time = z
  .union([z.iso.datetime({ offset: true, local: true }), z.iso.date()], { error: "is not a time such as 2026-11-22T09:30:00Z" })
  .transform((text) => new Date(/T.*(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes("T") ? text : `${text}Z`));

const strength = z.enum(STRENGTHS, { error: `is none of ${STRENGTHS.join(", ")}` });
const side = z.union([z.literal(0), z.literal(1)], { error: "is neither 0 (the first response) nor 1 (the second)" });

export const responseInput = z
  .strictObject({ model: name("a model"), text: optional(storableText), content: optional(storableText), params: optional(metadata) })
  .superRefine(({ text, content }, context) => {
    if (text === undefined && content === undefined) context.addIssue({ code: "custom", message: "has neither text nor content" });
    if (text !== undefined && content !== undefined)
      context.addIssue({ code: "custom", message: "has both text and content; give one of them" });
  })
  .transform(({ model, text, content, params }) => ({ model, text: text ?? content ?? "", params: params ?? {} }));

export const goldInput = z.strictObject({ side, strength: optional(strength) });

export const voteInput = z
  .strictObject({
    annotator: name("an annotator"),
    side,
    strength: optional(strength),
    edited: optional(writtenText),
    created_at: optional(time),
  })
  .transform(({ created_at, ...vote }) => ({ ...vote, createdAt: created_at }));

const shared = {
  external_id: optional(name("an external id")),
  /** Text or messages; read by app/import/rows.ts, because it may also be the beginning of a dialogue. */
  prompt: z.unknown().optional(),
  system: optional(writtenText),
  metadata: optional(metadata),
  round: optional(z.int().min(1).max(1_000_000)),
};

/** A prompt with its responses: Tiebreak's own row. */
export const nativeRow = z.strictObject({
  ...shared,
  responses: optional(z.array(responseInput).max(100, "are more than 100")),
  gold: optional(goldInput),
  votes: optional(z.array(voteInput).max(1000, "are more than 1,000")),
});

/** A preference, as TRL and HH-RLHF have it and as our own releases write it. */
export const preferenceRow = z.strictObject({
  ...shared,
  /** Taken for external_id where that is missing. */
  id: optional(name("an id")),
  chosen: z.unknown().optional(),
  rejected: z.unknown().optional(),
  edited: z.unknown().optional(),
  strength: optional(strength),
  models: optional(z.strictObject({ chosen: name("a model"), rejected: name("a model") })),
  annotator: optional(name("an annotator")),
  created_at: optional(time),
  chosen_side: optional(z.enum(["left", "right"], { error: "is neither left nor right" })),
  // What a release computed from its votes. It is computed again from what is imported.
  margin: optional(z.number()),
  votes: optional(z.int()),
  agreement: optional(z.number()),
  pool: optional(z.string()),
});

export const NATIVE_FIELDS = Object.keys(nativeRow.shape);
export const PREFERENCE_FIELDS = Object.keys(preferenceRow.shape);
export const promptMessages = messages;

export type ImportedResponse = { model: string; text: string; params: Record<string, z.core.util.JSONType> };
export type ImportedVote = {
  annotator: string;
  side: 0 | 1;
  strength?: Strength;
  edited?: string;
  createdAt?: Date;
  leftSide?: 0 | 1;
};

/** What a row of any accepted form says. */
export type ImportRow = {
  externalId?: string;
  messages: Message[];
  metadata: Record<string, z.core.util.JSONType>;
  round?: number;
  responses: ImportedResponse[];
  gold?: { side: 0 | 1; strength?: Strength };
  votes: ImportedVote[];
};
