import { z } from "zod";
import { PAIRS } from "../contract/release-row";
import { STRENGTHS, strengthSchema, type Strength } from "../votes/strength";

export const SPLITS = ["train", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** Files beside the canonical ones, one folder each; app/contract/release-row.ts has their rows. */
export const VARIANTS = ["pairs", "conversations", "sft", "llamafactory", "axolotl-rm"] as const;
export type Variant = (typeof VARIANTS)[number];

export const MARGINS = ["llama2-small", "llama2-large", "none"] as const;
export type Margins = (typeof MARGINS)[number];

/**
 * Margins of Llama 2 (arXiv 2307.09288, table 27), strongest level first. A preference without a strength gets 0, which
 * is the loss without a margin: nothing is invented about it, and no row of a file is left without the column.
 */
const TABLES: Record<Exclude<Margins, "none">, Record<Strength, number>> = {
  "llama2-small": { significantly_better: 1, better: 0.667, slightly_better: 0.333, marginally_better: 0 },
  "llama2-large": { significantly_better: 3, better: 2, slightly_better: 1, marginally_better: 0 },
};

export function marginOf(margins: Margins, strength: Strength | null): number | undefined {
  if (margins === "none") return undefined;
  return strength ? TABLES[margins][strength] : 0;
}

const keep = z.enum(["include", "exclude"]);
const share = (what: string) => z.number().min(0).max(0.5, `at most half of the prompts can be ${what}`);
const unique = <T>(values: T[]) => [...new Set(values)].sort();

/**
 * What a release takes in, and how. Each setting is stored with the release and stands in its manifest; a setting that
 * is not given takes the default that is written here. docs/releasing.md explains each one.
 */
export const releaseOptions = z
  .strictObject({
    /** Pools by id; none listed means all of them. */
    pools: z.array(z.uuid()).max(1000, "At most 1,000 pools; none means all").transform(unique).default([]),
    /** Rounds; none listed means all of them. */
    rounds: z
      .array(z.int())
      .transform((rounds) => [...new Set(rounds)].sort((a, b) => a - b))
      .default([]),
    /** First and last day (UTC, both included) on which the valid answer was given. */
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    /** Strengths of a row that are kept; none listed means all of them. */
    strengths: z
      .array(strengthSchema)
      .transform((given) => STRENGTHS.filter((level) => given.includes(level)))
      .default([]),
    /** Rows without a strength: kept, unless strengths are listed and nothing is said here. */
    unstated: keep.optional(),
    /** Votes of people whose account is closed. */
    deactivated: keep.default("exclude"),
    /** Votes of people who had opened the models or votes of the prompt before. */
    notBlind: keep.default("exclude"),
    /** Least share of right answers on gold comparisons; with it, people who answered none are left out. */
    minGoldAccuracy: z.number().min(0).max(1).optional(),
    golds: keep.default("exclude"),
    /** Comparisons with a flag that nobody has resolved. */
    flagged: keep.default("exclude"),
    /** Archived comparisons, prompts and pools. */
    archived: keep.default("exclude"),
    /** Comparisons in which a response gives its model away. */
    identityLeaks: keep.default("include"),
    /** majority: one row per comparison. votes: one row per vote. */
    aggregation: z.enum(["majority", "votes"]).default("majority"),
    /** Ordered pairs of an edited comparison that the expanded files hold. */
    pairs: z
      .array(z.enum(PAIRS))
      .min(1, "keep at least one kind of pair")
      .transform((given) => PAIRS.filter((pair) => given.includes(pair)))
      .default([...PAIRS]),
    margins: z.enum(MARGINS).default("llama2-small"),
    /** Shares of the prompts that are held out, and the seed that chooses them. */
    validation: share("in validation").default(0.05),
    test: share("in test").default(0.05),
    seed: z.int().min(0).default(0),
    /** Pseudonyms of annotators in rows; only one row per vote can carry them. */
    pseudonyms: z.boolean().default(true),
    /** Ids and metadata of imports, and the comments and reasons of annotators. */
    details: z.boolean().default(true),
    parquet: z.boolean().default(true),
    variants: z
      .array(z.enum(VARIANTS))
      .transform((given) => VARIANTS.filter((variant) => given.includes(variant)))
      .default([...VARIANTS]),
  })
  .refine((options) => !options.from || !options.to || options.from <= options.to, {
    path: ["to"],
    error: "must not be before the first day",
  })
  .transform((options) => ({ ...options, unstated: options.unstated ?? (options.strengths.length ? "exclude" : "include") }));

export type ReleaseOptions = z.output<typeof releaseOptions>;
export type ReleaseOptionsInput = z.input<typeof releaseOptions>;

export const releaseInput = z.strictObject({
  name: z.string().trim().min(1, "give the release a name").max(100, "at most 100 characters"),
  options: releaseOptions,
});
export type ReleaseInput = z.output<typeof releaseInput>;

/** Why a vote, or a whole comparison, is not in a release; in the order in which they are looked at. */
export const LEFT_OUT = {
  withdrawn: "taken back by the annotator",
  extra: "came when no slot was left",
  archived: "comparison, prompt or pool is archived",
  gold: "gold comparison",
  round: "other round",
  date: "answered on another day",
  deactivated: "annotator's account is closed",
  not_blind: "not blind: the models or votes had been opened before",
  accuracy: "annotator is below the gold accuracy",
  flagged: "flagged, and nobody has looked yet",
  identity: "a response gives its model away",
  identical: "both responses are the same text",
  no_majority: "no answer has more votes than each other",
  unstated: "no strength was stated",
  strength: "other strength",
} as const;
export type LeftOut = keyof typeof LEFT_OUT;

/** A manifest of an earlier version calls rows without a majority a tie. */
export const leftOutWords = (reason: string): string => LEFT_OUT[(reason === "tie" ? "no_majority" : reason) as LeftOut];

/** The list of releases: what is shown and how, from the URL. */
export const releaseList = z.object({
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(25),
  sort: z.enum(["number", "name", "rowsTotal", "createdAt"]).catch("number"),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  archived: z.enum(["no", "yes"]).catch("no"),
  pool: z.uuid().optional().catch(undefined),
});
export type ReleaseList = z.infer<typeof releaseList>;

/** Body of POST /api/v1/releases. `options` are releaseOptions, except that pools may also be named. */
export const apiRelease = z.strictObject({ name: z.string(), options: z.record(z.string(), z.unknown()).default({}) });

/** Body of POST /api/v1/releases/NUMBER. */
export const apiReleaseChange = z.strictObject({ do: z.enum(["cancel", "archive", "restore"]) });
