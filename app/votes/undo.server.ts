import { type Actor, audit } from "../audit/commands.server";
import { draftContent, type Pair, type UndoRequest, type UndoResponse } from "../annotate/schema";
import { loadPairs } from "../assignment/pairs.server";
import { type Holder, leaseAgain, lockAnswer, takeOpenSlot } from "../assignment/queue.server";
import { leftSideFor } from "../assignment/secret.server";
import { type Transaction, db } from "../database/client.server";
import { retryRaces } from "../database/retry.server";
import { UserError, notFound } from "../errors";
import type { Edit, VoteRevision } from "../generated/prisma/client";
import { uuidv7 } from "../uuid.server";
import { placeOf } from "./context.server";
import { nextNumber } from "./revisions.server";

type Person = Extract<Actor, { kind: "user" }>;
type UndoVote = Extract<UndoRequest, { kind: "vote" }>;

const GONE = "Undone. Others have taken this pair meanwhile, so it does not come back to you.";

/**
 * Takes an answer back: a revision of kind undo, the vote withdrawn, and its slot leased to the annotator again with
 * the old answer as the draft. An extra vote has no slot; its pair comes back only if one is open.
 */
export async function undoVote(actor: Person, input: UndoVote): Promise<UndoResponse> {
  const { comparisonId } = await ownVote(db, actor.id, input.voteId);
  const slotId = await retryRaces(() =>
    db.$transaction(async (tx) => {
      await lockAnswer(tx, comparisonId, actor.id);
      return await withdraw(tx, actor, input);
    }),
  );
  return await outcome(actor.id, slotId);
}

async function ownVote(tx: Transaction, annotatorId: string, voteId: string) {
  const vote = await tx.vote.findFirst({ where: { id: voteId, annotatorId }, include: { current: { include: { edit: true } } } });
  if (!vote) throw notFound("This answer");
  return vote;
}

async function withdraw(tx: Transaction, actor: Person, input: UndoVote): Promise<bigint | null> {
  // A place that somebody else gives back at this moment may go to this vote, while it is still an extra one.
  await tx.$executeRaw`SELECT 1 FROM "Vote" WHERE "id" = ${input.voteId}::uuid FOR UPDATE`;
  const vote = await ownVote(tx, actor.id, input.voteId);
  const { comparisonId, slotId, status, current } = vote;
  const done = await tx.voteRevision.findUnique({ where: { idempotencyKey: input.idempotencyKey } });
  if (done?.voteId === vote.id) return await heldSlot(tx, actor.id, comparisonId);
  if (status === "withdrawn" || !current) throw new UserError("This answer was undone already.", 409);
  const number = await nextNumber(tx, vote.id);
  await tx.voteRevision.create({ data: { voteId: vote.id, number, kind: "undo", idempotencyKey: input.idempotencyKey } });
  await tx.vote.update({ where: { id: vote.id }, data: { status: "withdrawn", slotId: null, currentId: null } });
  await keepAsDraft(tx, comparisonId, { annotatorId: actor.id, tab: input.tab }, current);
  const detail = { comparisonId, revision: number, was: status };
  await audit(tx, actor, { action: "vote.undo", subjectType: "vote", subjectId: vote.id, detail });
  const holder = { annotatorId: actor.id, tab: input.tab };
  if (slotId === null) return await takeOpenSlot(tx, holder, comparisonId, uuidv7());
  await leaseAgain(tx, holder, slotId);
  return slotId;
}

const heldSlot = async (tx: Transaction, annotatorId: string, comparisonId: string) =>
  (await tx.slot.findFirst({ where: { comparisonId, annotatorId, state: "leased" } }))?.id ?? null;

/** The old answer as a draft, unless newer unsubmitted work stands there already. */
async function keepAsDraft(
  tx: Transaction,
  comparisonId: string,
  holder: Holder,
  was: VoteRevision & { edit: Edit | null },
): Promise<void> {
  // As the pair will be shown again, also where a file says that another side was on the left.
  const leftSide = await leftSideFor(comparisonId, holder.annotatorId);
  const { pool } = await tx.comparison.findUniqueOrThrow({
    where: { id: comparisonId },
    select: { pool: { select: { editPolicy: true } } },
  });
  const choice = placeOf(was.side, leftSide);
  const side = { editText: was.edit?.text ?? null, nothingToImprove: pool.editPolicy === "required" && !was.edit };
  const content = draftContent.parse({
    choice,
    strength: was.strength,
    comment: was.comment,
    activeMs: was.activeMs ?? 0,
    ...(choice && { [choice]: side }),
  });
  const draft = { comparisonId, annotatorId: holder.annotatorId, version: 1, tab: holder.tab, content, updatedAt: new Date() };
  await tx.draft.createMany({ data: [draft], skipDuplicates: true });
}

/** Takes a skip back. The pair returns to the annotator if a slot of it is still open. */
export async function undoSkip(actor: Person, input: { tab: string; comparisonId: string }): Promise<UndoResponse> {
  const key = { comparisonId: input.comparisonId, annotatorId: actor.id };
  const slotId = await retryRaces(() =>
    db.$transaction(async (tx) => {
      await lockAnswer(tx, key.comparisonId, actor.id);
      const { count } = await tx.skip.deleteMany({ where: key });
      if (count === 0) throw new UserError("You have not skipped this pair, or took the skip back already.", 409);
      await audit(tx, actor, { action: "skip.undo", subjectType: "comparison", subjectId: key.comparisonId });
      return await takeOpenSlot(tx, { annotatorId: actor.id, tab: input.tab }, key.comparisonId, uuidv7());
    }),
  );
  return await outcome(actor.id, slotId);
}

/** Takes a flag back, as long as no admin has dealt with it. */
export async function undoFlag(actor: Person, flagId: string): Promise<UndoResponse> {
  return await db.$transaction(async (tx) => {
    const flag = await tx.flag.findFirst({ where: { id: flagId, annotatorId: actor.id } });
    if (!flag) throw notFound("This flag");
    const { count } = await tx.flag.deleteMany({ where: { id: flagId, resolvedAt: null } });
    if (count === 0) throw new UserError("An admin has dealt with this flag already, so it stays.", 409);
    const detail = { flagId, reason: flag.reason, comment: flag.comment };
    await audit(tx, actor, { action: "flag.undo", subjectType: "comparison", subjectId: flag.comparisonId, detail });
    return { pair: null, message: null };
  });
}

async function outcome(annotatorId: string, slotId: bigint | null): Promise<UndoResponse> {
  const pair: Pair | null = slotId === null ? null : ((await loadPairs(annotatorId, [slotId]))[0] ?? null);
  return { pair, message: pair ? null : GONE };
}
