import { z } from "zod";
import { strengthSchema } from "../votes/strength";
import { FLAG_REASONS, SKIP_REASONS } from "./reasons";
import { storableText } from "./text";

/**
 * What the workbench and the server say to each other. Every request is a POST of JSON to the route named beside it.
 *
 * Sides: the browser knows only left and right. Which response stands where is decided by the server, from a hash of
 * the instance's seed, the comparison and the annotator, so it is the same in each tab and after each reload, and is
 * recorded with the vote. Errors come as `{error: message, field?, …detail}` with the status of the UserError.
 */

/** Longest edited response, in UTF-16 units. Responses of 200,000 characters are imported and must stay editable. */
export const MAX_EDIT = 400_000;
export const MAX_COMMENT = 10_000;
/** Enough for the longest edit of each side, each of whose characters may take six bytes in JSON. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Any UUID that the database holds, of whatever version. */
const id = z.guid();
/** A comparison as annotators know it; see app/annotate/pair-ids.server.ts. */
const pairId = z.union([z.string().regex(/^[\w-]{22}$/), id]);
/** Made by the tab when it opens, kept in sessionStorage, so that a reload is the same tab. */
const tab = z.string().min(8).max(64);
/** Opaque, signed proof that this annotator was given this comparison; see app/assignment/secret.server.ts. */
const leaseId = z.string().min(1).max(200);
/** Made by the browser, once per answer; sent again with each retry of the same answer. */
const idempotencyKey = z.uuid();
/** Milliseconds in which the annotator was active on the pair, over all visits. The server caps it at wall time. */
const activeMs = z
  .number()
  .int()
  .min(0)
  .max(7 * 24 * 3_600_000);
const comment = storableText(MAX_COMMENT).default("");

export const PLACES = ["left", "right"] as const;
export const placeSchema = z.enum(PLACES);
export type Place = z.infer<typeof placeSchema>;

// ── POST /annotate/claim ────────────────────────────────────────────────────────────────────────────────────────────

export const claimRequest = z.object({
  tab,
  /** How many pairs this tab wants to hold: the one on screen and those loaded ahead. */
  count: z.number().int().min(1).max(4).default(2),
  /** Only from this pool. */
  poolId: id.optional(),
  /** Midnight where the annotator is, for "today". UTC midnight when absent. */
  dayStart: z.iso.datetime({ offset: true }).optional(),
});

/** The work on one of the two responses. It stays with its side, whichever side is chosen. */
const sideWork = z.object({
  /** Null: not edited. */
  editText: storableText(MAX_EDIT).nullable().default(null),
  /** The person holds that this response cannot be improved; their edit of it, if any, is kept but does not go out. */
  nothingToImprove: z.boolean().default(false),
});
export type SideWork = z.infer<typeof sideWork>;

const chosen = { choice: placeSchema.nullable().default(null), strength: strengthSchema.nullable().default(null) };
const shared = { comment, activeMs: activeMs.default(0) };

const currentDraft = z.object({ ...chosen, left: sideWork.prefault({}), right: sideWork.prefault({}), ...shared });
/** As stored until 0.1: one edit, which belongs to the chosen side. */
const draftOfOneEdit = z
  .object({ ...chosen, editText: storableText(MAX_EDIT).nullable(), nothingToImprove: z.boolean().default(false), ...shared })
  .transform(({ editText, nothingToImprove, ...rest }) =>
    currentDraft.parse(rest.choice ? { ...rest, [rest.choice]: { editText, nothingToImprove } } : rest),
  );
export const draftContent = z.union([draftOfOneEdit, currentDraft]);
export type DraftContent = z.output<typeof draftContent>;

export type Draft = { version: number; tab: string; updatedAt: string; content: DraftContent };
export type Message = { role: string; content: string };

export type PairPool = {
  id: string;
  name: string;
  editPolicy: "off" | "optional" | "required";
  capability: string;
  language: string;
  /** The version in force when the pair was sent; null when the pool has no guidelines. Goes back with the vote. */
  guidelineVersion: number | null;
};

export type Pair = {
  comparisonId: string;
  leaseId: string;
  leaseExpiresAt: string;
  pool: PairPool;
  messages: Message[];
  left: { text: string };
  right: { text: string };
  /** Work that was saved and not submitted, by this or another tab, or before an undo. */
  draft: Draft | null;
};

export type Progress = {
  /** Pairs that this annotator answered since dayStart. */
  today: number;
  /** Slots of the current pair's pool, filled and in all; a few seconds old. Null when no pool is open to them. */
  pool: { id: string; name: string; done: number; total: number } | null;
  /** Slots of that pool that are still without a vote. */
  remaining: number;
};

/**
 * ok: `pairs` holds work. nothing-now: what is left is held by others, or the search goes on; ask again after
 * retryAfterMs. finished: nothing is left for this annotator. no-pools: no pool is open to them.
 */
export type ClaimStatus = "ok" | "nothing-now" | "finished" | "no-pools";
export type ClaimResponse = { status: ClaimStatus; retryAfterMs: number | null; pairs: Pair[]; progress: Progress };

// ── POST /annotate/heartbeat ────────────────────────────────────────────────────────────────────────────────────────

/** Send every 5 to 10 seconds while the tab is open; `active` says whether the annotator did something since. */
export const heartbeatRequest = z.object({
  tab,
  active: z.boolean(),
  leases: z.array(z.object({ comparisonId: pairId, leaseId })).max(8),
});

/** held: still yours. elsewhere: yours, but in another tab now. lost: expired and given to somebody else, or answered. */
export type LeaseState = "held" | "elsewhere" | "lost";
export type HeartbeatResponse = {
  /** leftMs: until the lease ends without a sign of life, by the server's clock. */
  leases: { comparisonId: string; state: LeaseState; leaseExpiresAt: string | null; leftMs: number | null }[];
};

// ── POST /annotate/draft ────────────────────────────────────────────────────────────────────────────────────────────

export const draftRequest = z.object({
  tab,
  comparisonId: pairId,
  /** From the pair. Absent when the draft is of a change to a vote from history. */
  leaseId: leaseId.optional(),
  /** The version that this tab last saw; 0 when there was none. */
  baseVersion: z.number().int().min(0),
  content: draftContent,
});
/** A 409 carries `draft: Draft | null` beside `error`: what stands there now, so that nothing is overwritten unseen. */
export type DraftResponse = { version: number; updatedAt: string };

// ── POST /annotate/vote ─────────────────────────────────────────────────────────────────────────────────────────────

const answer = {
  choice: placeSchema,
  strength: strengthSchema,
  /** The chosen response as improved. */
  edit: z.object({ text: storableText(MAX_EDIT) }).optional(),
  /** Where a pool requires edits: the chosen response cannot be improved; `comment` says why. */
  nothingToImprove: z.boolean().default(false),
  comment,
  activeMs,
};

export const voteRequest = z.object({
  tab,
  comparisonId: pairId,
  leaseId,
  idempotencyKey,
  ...answer,
  guidelineVersion: z.number().int().min(1).nullable(),
  /** The draft version that this answer was made from; 0 when none was saved. */
  draftVersion: z.number().int().min(0),
});
export type VoteRequest = z.infer<typeof voteRequest>;

export type VoteResponse = {
  voteId: string;
  revision: number;
  /** extra: it came when no slot was left; it is kept, and releases leave it out. */
  status: "counted" | "extra";
  /** What the annotator should know, such as that the answer came late. */
  message: string | null;
};

// ── POST /annotate/regrade ──────────────────────────────────────────────────────────────────────────────────────────

export const regradeRequest = z.object({
  voteId: id,
  /** The revision that was on screen; another one in force is answered 409. */
  revision: z.number().int().min(1),
  idempotencyKey,
  ...answer,
});
export type RegradeRequest = z.infer<typeof regradeRequest>;
export type RegradeResponse = VoteResponse;

// ── POST /annotate/skip, /annotate/flag, /annotate/release ──────────────────────────────────────────────────────────

export const skipRequest = z
  .object({ comparisonId: pairId, leaseId, reason: z.enum(SKIP_REASONS), comment })
  .refine((skip) => skip.reason !== "other" || skip.comment.trim() !== "", {
    path: ["comment"],
    error: "Say in a few words why you skip this pair.",
  });
export type SkipResponse = { comparisonId: string };

export const flagRequest = z
  .object({
    comparisonId: pairId,
    /** From the pair. Absent when a vote from history is flagged. */
    leaseId: leaseId.optional(),
    reason: z.enum(FLAG_REASONS),
    comment,
    /** Skip the pair as well. */
    skip: z.boolean().default(false),
  })
  .refine((flag) => flag.reason !== "other" || flag.comment.trim() !== "", {
    path: ["comment"],
    error: "Say in a few words what is wrong with this pair.",
  });
export type FlagResponse = { flagId: string; skipped: boolean };

/** Gives pairs back unanswered, for instance those loaded ahead when the annotator stops for the day. Drafts stay. */
export const releaseRequest = z.object({
  leases: z
    .array(z.object({ comparisonId: pairId, leaseId }))
    .min(1)
    .max(8),
});
export type ReleaseResponse = { released: number };

// ── POST /annotate/undo ─────────────────────────────────────────────────────────────────────────────────────────────

/** A vote: withdrawn, and its pair is back with the old answer as its draft. A skip or a flag: taken back. */
export const undoRequest = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("vote"), tab, voteId: id, idempotencyKey }),
  z.object({ kind: z.literal("skip"), tab, comparisonId: pairId }),
  z.object({ kind: z.literal("flag"), flagId: id }),
]);
export type UndoRequest = z.infer<typeof undoRequest>;
/** pair: the pair to show again; null when its slot has gone to somebody else meanwhile, or a flag was undone. */
export type UndoResponse = { pair: Pair | null; message: string | null };
