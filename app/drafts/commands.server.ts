import type { z } from "zod";
import type { DraftResponse, draftRequest } from "../annotate/schema";
import { unlessGone } from "../assignment/gone.server";
import { lockAnswer } from "../assignment/queue.server";
import { verifyLease } from "../assignment/secret.server";
import { type Transaction, db } from "../database/client.server";
import { UserError, notFound } from "../errors";
import type { Draft as DraftRow } from "../generated/prisma/client";
import { toDraft } from "./draft";

/**
 * Saves unsubmitted work. A save from a version that is no longer the latest is refused with the latest, so that two
 * tabs never overwrite each other; except for a tab's own last save, whose answer it may not have received. Needs no
 * living lease: what was written after the lease ran out is kept as well.
 */
export async function saveDraft(annotatorId: string, input: z.output<typeof draftRequest>): Promise<DraftResponse> {
  if (input.leaseId) await verifyLease(input.leaseId, input.comparisonId, annotatorId);
  const { comparisonId, tab, content } = input;
  const key = { comparisonId, annotatorId };
  const saving = db.$transaction(async (tx) => {
    await lockAnswer(tx, comparisonId, annotatorId);
    await assertUnanswered(tx, input, annotatorId);
    const before = await tx.draft.findUnique({ where: { comparisonId_annotatorId: key } });
    if (!before && input.baseVersion > 0) throw draftConflict(null);
    const ownLast = before?.tab === tab && before.version === input.baseVersion + 1;
    if (before && before.version !== input.baseVersion && !ownLast) throw draftConflict(before);
    const version = (before?.version ?? 0) + 1;
    const saved = before
      ? await tx.draft.update({ where: { comparisonId_annotatorId: key }, data: { version, tab, content } })
      : await tx.draft.create({ data: { ...key, version, tab, content } });
    return { version, updatedAt: saved.updatedAt.toISOString() };
  });
  return await unlessGone(saving);
}

/** A save that arrives after its own submission must not bring the draft back; a change from history needs a vote. */
async function assertUnanswered(tx: Transaction, input: z.output<typeof draftRequest>, annotatorId: string): Promise<void> {
  const { comparisonId, leaseId } = input;
  const vote = await tx.vote.findUnique({ where: { comparisonId_annotatorId: { comparisonId, annotatorId } } });
  const answered = vote !== null && vote.status !== "withdrawn";
  if (leaseId && answered)
    throw new UserError("This pair was submitted already; its draft is no longer needed.", 409, undefined, { draft: null });
  if (!leaseId && !answered) throw notFound("Your answer to this pair");
}

/** 409, with what stands there now. */
export function draftConflict(row: DraftRow | null): UserError {
  const message = row
    ? "This draft was changed in another tab. Look at that version before you go on."
    : "This draft was submitted or discarded in another tab.";
  return new UserError(message, 409, undefined, { draft: row && toDraft(row) });
}
