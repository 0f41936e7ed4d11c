import { z } from "zod";
import { STRENGTHS, TIES } from "../votes/strength";

/** What the HTTP API answers. Fields may be added to an answer at any time; none is taken away within /api/v1. */
const named = z.object({ id: z.uuid(), name: z.string() });
const time = z.iso.datetime();
const runStatus = z.enum(["queued", "running", "done", "failed", "cancelled"]);

export const failure = z.object({
  error: z.string().describe("What went wrong, in words for a person."),
  field: z.string().optional().describe("The input field at fault, when there is one."),
});

export const pool = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  capability: z.string(),
  language: z.string(),
  votesPerComparison: z.int(),
  editPolicy: z.enum(["off", "optional", "required"]),
  access: z.enum(["everyone", "members"]),
  priority: z.int(),
  archivedAt: time.nullable(),
});
const progress = z.object({ prompts: z.int(), comparisons: z.int(), wanted: z.int(), done: z.int(), open: z.int(), leased: z.int() });
export const poolWithProgress = pool.extend({ progress });
export const poolPage = z.object({ rows: z.array(poolWithProgress), rowCount: z.int() });
export const poolDetail = poolWithProgress.extend({
  guidelines: z.array(z.object({ version: z.int(), body: z.string(), createdAt: time })).describe("The latest 20 versions, newest first."),
  guidelinesTotal: z.int(),
  members: z.array(z.object({ userId: z.uuid() })).describe("The first 200 by name."),
  memberCount: z.int(),
});

export const importRun = z.object({
  id: z.uuid(),
  fileName: z.string(),
  status: runStatus,
  rows: z.int(),
  promptsAdded: z.int(),
  comparisonsAdded: z.int(),
  votesAdded: z.int(),
  duplicates: z.int(),
  badRows: z.int(),
  shapes: z
    .array(z.object({ name: z.string(), rows: z.int() }))
    .describe("The forms in which its rows were recognised, the commonest first."),
  warned: z.int().describe("Rows that were taken, but with a warning; the first of these in `warnings`."),
  warnings: z.array(z.object({ line: z.int(), warning: z.string() })),
  error: z.string().nullable(),
  undoneAt: time.nullable().describe("When what it had added was taken back."),
});
export const importPage = z.object({ rows: z.array(importRun), rowCount: z.int() });

export const comparison = z.object({
  id: z.uuid(),
  pool: named,
  prompt: z.object({ id: z.uuid(), excerpt: z.string() }),
  responseA: z.object({ modelName: z.string() }),
  responseB: z.object({ modelName: z.string() }),
  round: z.int(),
  gold: z.boolean(),
  votesRequired: z.int(),
  done: z.int().describe("Places that carry a counted vote."),
  leased: z.int().describe("Places that somebody is grading."),
  openFlags: z.int(),
  archivedAt: time.nullable(),
  createdAt: time,
});
export const comparisonPage = z.object({
  rows: z.array(comparison),
  rowCount: z.int().describe("How many match; a lower bound when `more` is true."),
  more: z.boolean(),
  next: z.string().nullable().describe("Send it as `cursor` for the next page; null at the end."),
});

const revision = z.object({
  number: z.int(),
  kind: z.enum(["submit", "regrade", "undo", "import"]),
  current: z.boolean(),
  side: z.int().min(0).max(1).nullable().describe("0 is the first response, 1 the second; null when the vote was undone, and for a tie."),
  tie: z.enum(TIES).nullable().describe("Neither response is better, or neither is better and both are bad."),
  strength: z.enum(STRENGTHS).nullable(),
  leftSide: z
    .int()
    .min(0)
    .max(1)
    .nullable()
    .describe("The response that was on the left, which its writer calls A. Of an imported vote: what the file says."),
  guidelineVersion: z.int().nullable(),
  activeMs: z.int().nullable(),
  comment: z.string(),
  unblinded: z.boolean().describe("Its writer had opened models or votes of the prompt before."),
  createdAt: time,
  edit: z.object({ text: z.string(), responseId: z.uuid(), distance: z.int(), share: z.number() }).nullable(),
  releases: z.array(z.object({ number: z.int() })).describe("The latest 5 that have this revision; `releasesTotal` counts all."),
  releasesTotal: z.int(),
});
const theirLeft = z.int().min(0).max(1).describe("The response that its writer calls A.");
export const comparisonDetail = z.object({
  id: z.uuid(),
  pool: named,
  prompt: z.object({
    id: z.uuid(),
    externalId: z.string().nullable(),
    conversation: z.array(z.object({ role: z.string(), content: z.string() })),
  }),
  responses: z.array(z.object({ id: z.uuid(), modelName: z.string(), text: z.string(), leaksIdentity: z.boolean() })).length(2),
  round: z.int(),
  votesRequired: z.int(),
  votes: z.array(
    z.object({
      id: z.uuid(),
      status: z.enum(["counted", "extra", "withdrawn"]),
      annotator: named,
      revisions: z.array(revision).describe("The latest 10, newest first; `revisionsTotal` counts all."),
      revisionsTotal: z.int(),
    }),
  ),
  totals: z
    .object({ votes: z.int(), flags: z.int(), skips: z.int(), drafts: z.int() })
    .describe("Of flags and skips the answer has at most 50."),
  flags: z.array(z.object({ id: z.uuid(), reason: z.string(), comment: z.string(), leftSide: theirLeft, resolvedAt: time.nullable() })),
  skips: z.array(z.object({ reason: z.string(), comment: z.string(), leftSide: theirLeft })),
});

export const release = z.object({
  number: z.int(),
  name: z.string(),
  status: runStatus,
  rowsTotal: z.int(),
  rowsDone: z.int(),
  contentHash: z.string().nullable(),
  error: z.string().nullable(),
});
export const releasePage = z.object({ rows: z.array(release), rowCount: z.int() });
export const releaseDetail = release.extend({ options: z.record(z.string(), z.unknown()), manifest: z.unknown() });
export const releaseOrdered = z.object({ number: z.int(), status: runStatus });
export const releaseChanged = releaseOrdered.extend({ archivedAt: time.nullable() });
