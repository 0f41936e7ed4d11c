import { type Actor, audit } from "../audit/commands.server";
import type { VoteRequest, VoteResponse } from "../annotate/schema";
import { unlessGone } from "../assignment/gone.server";
import { lockAnswer } from "../assignment/queue.server";
import { verifyLease } from "../assignment/secret.server";
import { type Transaction, db } from "../database/client.server";
import { retryRaces } from "../database/retry.server";
import { draftConflict } from "../drafts/commands.server";
import { UserError } from "../errors";
import type { Draft, Vote } from "../generated/prisma/client";
import { uuidTime } from "../uuid.server";
import { type AnswerContext, answerContext, sideAt } from "./context.server";
import { addRevision } from "./revisions.server";
import { type CheckedEdit, checkEdit } from "./rules";

type Person = Extract<Actor, { kind: "user" }>;
type Submission = { input: VoteRequest; context: AnswerContext; edit: CheckedEdit | null; leaseId: string };

const LATE_BUT_COUNTED = "Your time on this pair had run out, but nobody else had taken it: your answer counts.";
const LATE_AND_EXTRA =
  "Your time on this pair had run out and others have answered it. Your answer is kept, but it does not count towards the pool.";

/**
 * Takes an annotator's answer to a pair. The same idempotency key again gives the same result and changes nothing. An
 * answer that comes after its lease ran out fills a slot of the comparison that is still open, or is kept as an extra.
 * Throws 403 for a pair that was never given to this person, 409 for one that they have answered already or whose draft
 * was changed in another tab, 422 for an edit against the pool's rules.
 */
export async function submitVote(actor: Person, input: VoteRequest): Promise<VoteResponse> {
  const leaseId = await verifyLease(input.leaseId, input.comparisonId, actor.id);
  const [replay, context] = await Promise.all([replayed(db, actor.id, input), answerContext(input.comparisonId, actor.id)]);
  if (replay) return replay;
  if (input.guidelineVersion !== null && input.guidelineVersion > (context.latestGuideline ?? 0))
    throw new UserError(`This pool has no guidelines of version ${input.guidelineVersion}. Reload the page.`, 422, "guidelineVersion");
  const chosen = context.responses[sideAt(input.choice, context.leftSide)];
  const edit = checkEdit(context.editPolicy, chosen.text, input);
  return await unlessGone(retryRaces(() => db.$transaction((tx) => submit(tx, actor, { input, context, edit, leaseId }))));
}

async function submit(tx: Transaction, actor: Person, submission: Submission): Promise<VoteResponse> {
  const { input } = submission;
  const key = { comparisonId: input.comparisonId, annotatorId: actor.id };
  await lockAnswer(tx, key.comparisonId, actor.id);
  const before = await tx.vote.findUnique({ where: { comparisonId_annotatorId: key } });
  const replay = before && (await replayed(tx, actor.id, input));
  if (replay) return replay;
  if (before && before.status !== "withdrawn")
    throw new UserError("You have answered this pair already. Change that answer from your history.", 409, undefined, {
      voteId: before.id,
    });
  const draft = await tx.draft.findUnique({ where: { comparisonId_annotatorId: key } });
  if (draft && draft.version > input.draftVersion && draft.tab !== input.tab) throw draftConflict(draft);
  return await record(tx, actor, submission, before, draft);
}

/** Writes the answer down; all checks are behind it. */
async function record(
  tx: Transaction,
  actor: Person,
  submission: Submission,
  before: Vote | null,
  draft: Draft | null,
): Promise<VoteResponse> {
  const { input, context, edit } = submission;
  const key = { comparisonId: input.comparisonId, annotatorId: actor.id };

  const place = await fillSlot(tx, key.comparisonId, actor.id);
  const status = place ? "counted" : "extra";
  const vote = before ?? (await tx.vote.create({ data: { ...key, status, slotId: place?.slotId ?? null } }));
  const placed = { voteId: vote.id, annotatorId: actor.id, status, slotId: place?.slotId ?? null, isNew: !before } as const;
  const revision = await addRevision(tx, placed, context, {
    kind: "submit",
    side: sideAt(input.choice, context.leftSide),
    strength: input.strength,
    edit,
    guidelineVersion: input.guidelineVersion,
    activeMs: cappedActiveMs(input.activeMs, submission.leaseId, draft),
    comment: input.comment,
    idempotencyKey: input.idempotencyKey,
  });
  if (draft) await tx.draft.deleteMany({ where: key });
  await tx.skip.deleteMany({ where: key });
  const detail = {
    comparisonId: key.comparisonId,
    revision,
    status,
    late: place?.late ?? true,
    strength: input.strength,
    edited: edit !== null,
  };
  await audit(tx, actor, { action: "vote.submit", subjectType: "vote", subjectId: vote.id, detail });
  return { voteId: vote.id, revision, status, message: messageFor(status, place?.late ?? true) };
}

/** The annotator's own leased slot, or one of the comparison's that is open. Null when there is neither. */
async function fillSlot(tx: Transaction, comparisonId: string, annotatorId: string): Promise<{ slotId: bigint; late: boolean } | null> {
  const own = await tx.$queryRaw<{ id: bigint }[]>`
    UPDATE "Slot" SET "state" = 'done', "leaseId" = NULL, "leaseTab" = NULL, "leaseExpiresAt" = NULL, "leaseRenewedAt" = NULL
    WHERE "comparisonId" = ${comparisonId}::uuid AND "annotatorId" = ${annotatorId}::uuid AND "state" = 'leased' RETURNING "id"`;
  if (own[0]) return { slotId: own[0].id, late: false };
  // One that is being opened at this moment is waited for, and one that is opened later finds this answer as an extra.
  await tx.$queryRaw`SELECT 1 FROM "Slot" WHERE "comparisonId" = ${comparisonId}::uuid ORDER BY "id" FOR NO KEY UPDATE`;
  const open = await tx.$queryRaw<{ id: bigint }[]>`
    WITH candidate AS (
      SELECT "id" FROM "Slot" WHERE "comparisonId" = ${comparisonId}::uuid AND "state" = 'open' ORDER BY "ordinal" LIMIT 1 FOR UPDATE
    )
    UPDATE "Slot" s SET "state" = 'done', "annotatorId" = ${annotatorId}::uuid
    FROM candidate WHERE s."id" = candidate."id" RETURNING s."id"`;
  return open[0] ? { slotId: open[0].id, late: true } : null;
}

/**
 * Nobody can have been active for longer than the clock ran: since the pair was given to them, or, when work was saved
 * before, since that was saved, on top of what had been active by then.
 */
function cappedActiveMs(given: number, leaseId: string, draft: Draft | null): number {
  const saved = draft ? ((draft.content as { activeMs?: number }).activeMs ?? 0) : 0;
  const since = Math.max(uuidTime(leaseId), draft?.updatedAt.getTime() ?? 0);
  return Math.min(given, saved + Math.max(0, Date.now() - since));
}

const messageFor = (status: "counted" | "extra", late: boolean) => (status === "extra" ? LATE_AND_EXTRA : late ? LATE_BUT_COUNTED : null);

type Repeatable = { idempotencyKey: string } & ({ comparisonId: string } | { voteId: string });

/** The result of this very answer, when it was recorded before under its key. */
export async function replayed(tx: Transaction, annotatorId: string, input: Repeatable): Promise<VoteResponse | null> {
  const revision = await tx.voteRevision.findUnique({ where: { idempotencyKey: input.idempotencyKey }, include: { vote: true } });
  if (!revision) return null;
  const { vote } = revision;
  const same = "voteId" in input ? vote.id === input.voteId : vote.comparisonId === input.comparisonId;
  if (vote.annotatorId !== annotatorId || revision.kind === "undo" || !same)
    throw new UserError("This idempotency key was used for something else. Make a new one for each answer.", 409, "idempotencyKey");
  const status = vote.status === "extra" ? "extra" : "counted";
  return { voteId: vote.id, revision: revision.number, status, message: status === "extra" ? LATE_AND_EXTRA : null };
}
