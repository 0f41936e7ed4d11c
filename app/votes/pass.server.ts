import type { z } from "zod";
import { type Actor, audit } from "../audit/commands.server";
import type { FlagResponse, SkipResponse, flagRequest, skipRequest } from "../annotate/schema";
import { unlessGone } from "../assignment/gone.server";
import { giveBack, lockAnswer } from "../assignment/queue.server";
import { verifyLease } from "../assignment/secret.server";
import { type Transaction, db } from "../database/client.server";
import { UserError, notFound } from "../errors";

type Person = Extract<Actor, { kind: "user" }>;
type Skipped = { comparisonId: string; reason: string; comment: string };

/** Passes a pair by: its slot goes back to the queue, and it is not offered to this person again. The draft stays. */
export async function skipPair(actor: Person, input: z.output<typeof skipRequest>): Promise<SkipResponse> {
  await verifyLease(input.leaseId, input.comparisonId, actor.id);
  await unlessGone(db.$transaction((tx) => skip(tx, actor, input)));
  return { comparisonId: input.comparisonId };
}

async function skip(tx: Transaction, actor: Person, { comparisonId, reason, comment }: Skipped): Promise<void> {
  const key = { comparisonId, annotatorId: actor.id };
  await lockAnswer(tx, comparisonId, actor.id);
  if (await hasAnswered(tx, key))
    throw new UserError("You have answered this pair already. Undo that answer first if you want to skip it.", 409);
  const said = { reason, comment };
  await tx.skip.upsert({ where: { comparisonId_annotatorId: key }, create: { ...key, ...said }, update: said });
  await giveBack(tx, comparisonId, actor.id);
  await audit(tx, actor, { action: "skip.make", subjectType: "comparison", subjectId: comparisonId, detail: { reason } });
}

/** Asks an admin to look at a pair, and skips it when asked to. */
export async function flagPair(actor: Person, input: z.output<typeof flagRequest>): Promise<FlagResponse> {
  const { comparisonId, reason, comment } = input;
  if (input.leaseId) await verifyLease(input.leaseId, comparisonId, actor.id);
  else if (input.skip)
    throw new UserError("An answered pair cannot be skipped. Flag it without skipping, or undo the answer first.", 422, "skip");
  else if (!(await hasAnswered(db, { comparisonId, annotatorId: actor.id }))) throw notFound("Your answer to this pair");
  const flagging = db.$transaction(async (tx) => {
    const flag = await tx.flag.create({ data: { comparisonId, annotatorId: actor.id, reason, comment } });
    const detail = { flagId: flag.id, reason };
    await audit(tx, actor, { action: "flag.make", subjectType: "comparison", subjectId: comparisonId, detail });
    if (input.skip) await skip(tx, actor, { comparisonId, reason: "flagged", comment: "" });
    return { flagId: flag.id, skipped: input.skip };
  });
  return await unlessGone(flagging);
}

const hasAnswered = async (tx: Transaction, key: { comparisonId: string; annotatorId: string }) =>
  (await tx.vote.count({ where: { ...key, status: { not: "withdrawn" } } })) > 0;
