import type { RevisionKind, VoteStatus } from "../generated/prisma/client";
import type { Transaction } from "../database/client.server";
import type { Strength } from "./strength";
import type { AnswerContext } from "./context.server";
import type { Side } from "../assignment/secret.server";
import type { CheckedEdit } from "./rules";

export type NewRevision = {
  kind: Extract<RevisionKind, "submit" | "regrade">;
  side: Side;
  strength: Strength;
  edit: CheckedEdit | null;
  guidelineVersion: number | null;
  activeMs: number;
  comment: string;
  idempotencyKey: string;
};

type Placed = {
  voteId: string;
  annotatorId: string;
  status: Exclude<VoteStatus, "withdrawn">;
  slotId: bigint | null;
  /** True for a vote that was made just now, and so has no revisions. */
  isNew?: boolean;
};

/** Appends a revision to a vote and makes it the one in force. Returns its number. */
export async function addRevision(tx: Transaction, vote: Placed, context: AnswerContext, made: NewRevision): Promise<number> {
  const { edit, ...answer } = made;
  const number = vote.isNew ? 1 : await nextNumber(tx, vote.voteId);
  const written = edit
    ? await tx.edit.create({
        data: {
          responseId: context.responses[made.side].id,
          authorId: vote.annotatorId,
          text: edit.text,
          distance: edit.distance,
          distanceShare: edit.share,
        },
      })
    : null;
  const revision = await tx.voteRevision.create({
    data: { ...answer, voteId: vote.voteId, number, editId: written?.id ?? null, leftSide: context.leftSide, unblinded: context.unblinded },
  });
  await tx.vote.update({ where: { id: vote.voteId }, data: { currentId: revision.id, status: vote.status, slotId: vote.slotId } });
  return number;
}

/** Revisions are counted from 1. Call it under lockAnswer. */
export async function nextNumber(tx: Transaction, voteId: string): Promise<number> {
  const { _max } = await tx.voteRevision.aggregate({ where: { voteId }, _max: { number: true } });
  return (_max.number ?? 0) + 1;
}
