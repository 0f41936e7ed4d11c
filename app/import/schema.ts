import { z } from "zod";
import { messages, storableText, writtenText, type Message } from "../prompts/schema";
import { jsonObject, toolCalls, tools, type JsonObject, type ToolCall, type Tools } from "../prompts/tools";
import { STRENGTHS, TIES, type Strength, type Tie } from "../votes/strength";
import { parseStructure } from "./structure";
import { pastTime } from "./time";

export const FORMATS = ["jsonl", "json", "csv", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** How responses to a prompt become comparisons. Two responses of one row make one under every rule. */
export const pairRule = z.discriminatedUnion("rule", [
  z.strictObject({ rule: z.literal("row") }).describe("Every pair of different responses of one row."),
  z
    .strictObject({ rule: z.literal("all") })
    .describe("Every pair of different responses that the pool then holds of a prompt, whichever rows and imports they came in."),
  z
    .strictObject({ rule: z.literal("random"), count: z.int().min(1).max(1000), seed: z.int().min(0).default(0) })
    .describe("`count` of all these pairs per prompt, drawn by `seed` and the texts: the same responses give the same pairs."),
]);
export type PairRule = z.infer<typeof pairRule>;

export const importOptions = z.strictObject({
  pairs: pairRule.default({ rule: "row" }),
  round: z.int().min(1).max(1_000_000).default(1).describe("Round of the comparisons, where a row does not say its own."),
  annotator: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe("Whose votes they are, where a row does not say. Without it they are votes of people who are not named."),
  unknownFields: z
    .enum(["refuse", "metadata"])
    .default("refuse")
    .describe("Fields that no form of a row knows: the row is refused, or they become part of its metadata."),
});
/**
 * What an ImportRun keeps: the options, the SHA-256 of its file, by which an interrupted import is found again, and the
 * accounts that names of annotators stand for. Other names become people known from imports only.
 */
export const storedOptions = importOptions.extend({
  sha256: z.string(),
  people: z.record(z.string(), z.uuid()).optional(),
});
export type StoredOptions = z.infer<typeof storedOptions>;
export type ImportOptions = z.infer<typeof importOptions>;

/** How the options travel in an address or a form, where everything is text. */
export const importQuery = z.object({
  pool: z.uuid("Choose a pool"),
  name: z.string().trim().min(1, "The file has no name").max(255),
  pairs: z.enum(["row", "all", "random"]).default("row"),
  count: z.coerce.number().int().min(1, "At least 1 pair").max(1000, "At most 1,000 pairs").default(1),
  seed: z.coerce.number().int().min(0, "0 or more").default(0),
  round: z.coerce.number().int().min(1, "1 or more").max(1_000_000).default(1),
  annotator: z.string().trim().max(200).default(""),
  unknownFields: z.enum(["refuse", "metadata"]).default("refuse"),
});
export type ImportQuery = z.infer<typeof importQuery>;

export const optionsOf = ({ pairs, count, seed, round, annotator, unknownFields }: ImportQuery): ImportOptions =>
  importOptions.parse({
    pairs: pairs === "random" ? { rule: "random", count, seed } : { rule: pairs },
    ...{ round, unknownFields },
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

export const importAction = z.object({ intent: z.enum(["cancel", "retry", "undo"]) });

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const name = (what: string) => writtenText.max(500, `is longer than 500 characters, too long for ${what}`);
/** Written down as text where a column must have one type, as in CSV and in our own releases. */
const fromText = (value: unknown): unknown => (typeof value === "string" ? (parseStructure(value) ?? value) : value);
export const metadata = z.preprocess(fromText, jsonObject);

/** A name or an id, which may be a number. */
export const id = (what: string) =>
  z.union([z.string(), z.int().transform(String)], { error: "is neither a text nor a whole number" }).pipe(name(what));
/** A number, which tables may hold as text. */
const numeric = z.union([z.number(), z.string()], { error: "is not a number" }).transform((given, context) => {
  const value = Number(given);
  if (String(given).trim() !== "" && Number.isFinite(value)) return value;
  context.addIssue({ code: "custom", message: `"${given}" is not a number` });
  return z.NEVER;
});

const strength = z.enum(STRENGTHS, { error: `is none of ${STRENGTHS.join(", ")}` });
const side = z.union([z.literal(0), z.literal(1)], { error: "is neither 0 (the first response) nor 1 (the second)" });

/** What a file calls something, and says of it. */
const said = { external_id: optional(id("an external id")), metadata: optional(metadata) };

export const responseInput = z
  .strictObject({
    model: name("a model"),
    text: optional(storableText),
    content: optional(storableText),
    tool_calls: optional(toolCalls),
    params: optional(metadata),
    ...said,
  })
  .superRefine(({ text, content, tool_calls }, context) => {
    if (text === undefined && content === undefined && !tool_calls?.length)
      context.addIssue({ code: "custom", message: "has neither text nor content" });
    if (text !== undefined && content !== undefined)
      context.addIssue({ code: "custom", message: "has both text and content; give one of them" });
  })
  .transform(({ model, text, content, tool_calls, params, external_id, metadata: facts }): ImportedResponse => ({
    model,
    text: text ?? content ?? "",
    ...(tool_calls?.length && { toolCalls: tool_calls as ToolCall[] }),
    params: params ?? {},
    ...given({ externalId: external_id, metadata: facts }),
  }));

/** Without the keys that have no value. */
const given = <T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };

export const goldInput = z.strictObject({ side, strength: optional(strength) });

const choice = z.union([z.literal(0), z.literal(1), z.enum(TIES)], {
  error: `is none of 0 (the first response), 1 (the second), ${TIES.join(", ")}`,
});

export const voteInput = z
  .strictObject({
    annotator: optional(id("an annotator")),
    choice: optional(choice),
    side: optional(side),
    strength: optional(strength),
    edited: optional(writtenText),
    comment: optional(storableText),
    reason: optional(storableText),
    created_at: optional(pastTime),
    ...said,
  })
  .superRefine((vote, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (vote.choice === undefined && vote.side === undefined)
      issue("side", `is missing; it is 0 (the first response) or 1 (the second), or "choice" is ${TIES.join(" or ")}`);
    if (vote.choice !== undefined && vote.side !== undefined) issue("choice", "is given beside side; give one of them");
    if (typeof vote.choice !== "string") return;
    for (const field of ["strength", "edited"] as const)
      if (vote[field] !== undefined) issue(field, `speaks of a better response, but the vote is ${vote.choice}`);
  })
  .transform(({ created_at, external_id, choice: chosen, side: better, ...vote }): ImportedVote => ({
    choice: chosen ?? better ?? 0,
    ...given({ ...vote, createdAt: created_at, externalId: external_id }),
  }));

const shared = {
  external_id: optional(id("an external id")),
  /** Text or messages; read by app/import/rows.ts, because it may also be the beginning of a dialogue. */
  prompt: z.unknown().optional(),
  system: optional(writtenText),
  tools: z.preprocess(fromText, optional(tools)),
  metadata: optional(metadata),
  round: optional(numeric.pipe(z.int().min(1).max(1_000_000))),
};

/** More in one row would make a batch too large; further responses of a prompt may come in further rows. */
const MAX_RESPONSES = 1000;

/** A prompt with its responses: Tiebreak's own row. */
export const nativeRow = z.strictObject({
  ...shared,
  responses: optional(z.array(responseInput).max(MAX_RESPONSES, "are more than 1,000")),
  gold: optional(goldInput),
  /** Each read by itself, so that a bad one costs no other. */
  votes: optional(z.array(z.unknown()).max(1000, "are more than 1,000")),
  /** What the file says of the pair, beside what it says of the prompt. */
  comparison: optional(z.strictObject(said)),
});

const releasedOf = z.strictObject({ ...said, params: optional(metadata) });

/** What a release says of a row beyond its fields, as JSON text; app/releases/facts.ts writes it. */
const released = z.strictObject({
  prompt: z.strictObject(said).optional(),
  chosen: releasedOf.optional(),
  rejected: releasedOf.optional(),
  also: z.array(z.record(z.string(), z.json())).optional(),
  votes: z.array(z.record(z.string(), z.json())).optional(),
});
export type Released = z.infer<typeof released>;

/** A preference, as TRL and HH-RLHF have it and as our own releases write it. */
export const preferenceRow = z.strictObject({
  ...shared,
  /** Taken for external_id where that is missing. */
  id: optional(id("an id")),
  chosen: z.unknown().optional(),
  rejected: z.unknown().optional(),
  edited: z.unknown().optional(),
  strength: optional(strength),
  models: optional(z.strictObject({ chosen: name("a model"), rejected: name("a model") })),
  annotator: optional(id("an annotator")),
  created_at: optional(pastTime),
  comment: optional(storableText),
  reason: optional(storableText),
  vote_id: optional(id("an id")),
  vote_metadata: optional(metadata),
  details: z.preprocess(fromText, optional(released)),
  chosen_side: optional(z.enum(["left", "right"], { error: "is neither left nor right" })),
  // What a release computed from its votes. It is computed again; every vote of an import is imported.
  imported: optional(z.boolean()),
  margin: optional(numeric),
  votes: optional(numeric.pipe(z.int())),
  agreement: optional(numeric),
  pool: optional(z.string()),
});

export const NATIVE_FIELDS = Object.keys(nativeRow.shape);
export const PREFERENCE_FIELDS = Object.keys(preferenceRow.shape);
export const promptMessages = messages;

export type ImportedResponse = {
  model: string;
  /** Empty where only tools are called. */
  text: string;
  toolCalls?: ToolCall[];
  params: JsonObject;
  externalId?: string;
  metadata?: JsonObject;
};

/** The better response, 0 or 1 as they stand in the row; or neither is better; or neither is better and neither is good. */
export type Choice = 0 | 1 | Tie;

export type ImportedVote = {
  /** Absent: of somebody who is not named, unless the options name one. */
  annotator?: string;
  choice: Choice;
  strength?: Strength;
  edited?: string;
  comment?: string;
  reason?: string;
  metadata?: JsonObject;
  externalId?: string;
  createdAt?: Date;
  leftSide?: 0 | 1;
  /** Where it stands in the row, for what is said of it; `votes[2]` for the third one unless given. */
  field?: string;
};

/** What a row of any accepted form says. */
export type ImportRow = {
  externalId?: string;
  messages: Message[];
  tools?: Tools;
  metadata: JsonObject;
  round?: number;
  responses: ImportedResponse[];
  gold?: { side: 0 | 1; strength?: Strength };
  votes: ImportedVote[];
  /** Of the pair itself, where the file tells it from the prompt. */
  comparison?: { externalId?: string; metadata?: JsonObject };
  /** Votes that cannot be taken. They are reported; the rest of the row is imported. */
  badVotes?: { field: string; reason: string }[];
};
