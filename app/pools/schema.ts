import { z } from "zod";

export const EDIT_POLICIES = ["off", "optional", "required"] as const;
export const POOL_ACCESS = ["everyone", "members"] as const;

/** Suggested capability tags; a pool may carry any other. */
export const CAPABILITIES = ["general", "reasoning", "maths", "code", "safety", "writing", "multilingual", "tool use"] as const;

const language = z
  .string()
  .trim()
  .transform((tag, context) => {
    try {
      return Intl.getCanonicalLocales(tag)[0] ?? z.NEVER;
    } catch {
      context.addIssue({ code: "custom", message: `"${tag}" is not a language tag such as en, de or pt-BR` });
      return z.NEVER;
    }
  });

const fields = {
  name: z.string().trim().min(1, "A pool needs a name").max(100, "At most 100 characters"),
  description: z.string().trim().max(2000, "At most 2,000 characters"),
  capability: z
    .string()
    .trim()
    .toLowerCase()
    .min(1, "Say what the pool is about, such as general or code")
    .max(60, "At most 60 characters"),
  language,
  votesPerComparison: z.coerce.number().int("A whole number").min(1, "At least 1").max(100, "At most 100"),
  editPolicy: z.enum(EDIT_POLICIES),
  access: z.enum(POOL_ACCESS),
  priority: z.coerce.number().int("A whole number").min(-1000, "At least -1000").max(1000, "At most 1000"),
};

export const guidelineBody = z.string().trim().max(200_000, "At most 200,000 characters");

export const newPool = z.strictObject({
  name: fields.name,
  description: fields.description.default(""),
  capability: fields.capability.default("general"),
  language: fields.language.default("en"),
  votesPerComparison: fields.votesPerComparison.default(1),
  editPolicy: fields.editPolicy.default("optional"),
  access: fields.access.default("everyone"),
  priority: fields.priority.default(0),
  /** Markdown; becomes version 1 of the guidelines. */
  guidelines: guidelineBody.default(""),
});
export type NewPool = z.input<typeof newPool>;

export const poolChanges = z.strictObject(fields).partial();
export type PoolChanges = z.input<typeof poolChanges>;

/** What the page of the settings sends: the settings, and when those that it showed were saved. */
export const poolSettings = poolChanges.extend({ base: z.coerce.date() });

export const newGuideline = z.strictObject({
  body: guidelineBody.min(1, "Guidelines that say nothing help nobody"),
  /** The version that the text was written from. A newer one is not overwritten unseen. */
  base: z.coerce.number().int().min(0).optional(),
});

const people = z.array(z.uuid()).max(10_000);
/** `base`: the members that the page showed, so that only what was ticked and unticked there is changed. */
export const poolMembers = z.strictObject({ userIds: people, base: people.optional() });

/** What the list of pools is asked for; the address of the page is its state. */
export const poolList = z.object({
  page: z.coerce.number().int().min(1).max(1000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(50),
  sort: z.enum(["priority", "name", "createdAt"]).catch("priority"),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  archived: z.enum(["no", "yes", "all"]).catch("no"),
  q: z.string().trim().max(100).catch(""),
});
export type PoolList = z.infer<typeof poolList>;

/** Which people the page of a pool's members shows. */
export const memberList = z.object({
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(60),
  q: z.string().trim().max(100).catch(""),
});
export type MemberList = z.infer<typeof memberList>;

/** What the API can change of a pool in one request. */
export const poolPatch = poolChanges.extend({
  archived: z.boolean().optional(),
  guidelines: guidelineBody.min(1).optional(),
  members: poolMembers.shape.userIds.optional(),
});
export type PoolPatch = z.input<typeof poolPatch>;

/** What the pages of one pool can be told to do. */
export const poolAction = z.object({ intent: z.enum(["archive", "restore"]) });
