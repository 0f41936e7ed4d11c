import { type Actor, audit } from "../audit/commands.server";
import type { RegradeRequest, RegradeResponse } from "../annotate/schema";
import { lockAnswer } from "../assignment/queue.server";
import { type Transaction, db } from "../database/client.server";
import { retryRaces } from "../database/retry.server";
import { UserError, notFound } from "../errors";
import { answerContext, sideAt } from "./context.server";
import { addRevision } from "./revisions.server";
import { checkEdit } from "./rules";
import { replayed } from "./submit.server";

type Person = Extract<Actor, { kind: "user" }>;

/**
 * Changes an answer from history: a new revision, the old ones stay. Only its own annotator may. Throws 409 when the
 * answer was undone, or when another tab changed it since it was loaded.
 */
export async function regradeVote(actor: Person, input: RegradeRequest): Promise<RegradeResponse> {
  const vote = await db.vote.findFirst({ where: { id: input.voteId, annotatorId: actor.id } });
  if (!vote) throw notFound("This answer");
  const context = await answerContext(vote.comparisonId, actor.id);
  const side = sideAt(input.choice, context.leftSide);
  const edit = checkEdit(context.editPolicy, context.responses[side].text, input);
  return await retryRaces(() =>
    db.$transaction(async (tx) => {
      await lockAnswer(tx, vote.comparisonId, actor.id);
      const replay = await replayed(tx, actor.id, input);
      if (replay) return replay;
      const now = await currentOf(tx, input);
      const revision = await addRevision(tx, { ...now, voteId: vote.id, annotatorId: actor.id }, context, {
        kind: "regrade",
        side,
        strength: input.strength,
        edit,
        guidelineVersion: context.latestGuideline,
        activeMs: Math.min(input.activeMs, Math.max(0, Date.now() - now.since)),
        comment: input.comment,
        idempotencyKey: input.idempotencyKey,
      });
      await tx.draft.deleteMany({ where: { comparisonId: vote.comparisonId, annotatorId: actor.id } });
      const detail = { comparisonId: vote.comparisonId, from: input.revision, revision, strength: input.strength, edited: edit !== null };
      await audit(tx, actor, { action: "vote.regrade", subjectType: "vote", subjectId: vote.id, detail });
      return { voteId: vote.id, revision, status: now.status, message: null };
    }),
  );
}

async function currentOf(tx: Transaction, input: RegradeRequest) {
  const { status, slotId, current } = await tx.vote.findUniqueOrThrow({ where: { id: input.voteId }, include: { current: true } });
  if (status === "withdrawn" || !current)
    throw new UserError("This answer was undone. Its pair comes back to the workbench; answer it there.", 409);
  if (current.number !== input.revision)
    throw new UserError("This answer was changed since you opened it. Reload to see what it says now.", 409, undefined, {
      revision: current.number,
    });
  return { status, slotId, since: current.createdAt.getTime() };
}
