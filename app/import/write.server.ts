import type pg from "pg";
import { copyRows } from "../database/copy.server";
import { newPseudonym } from "../people/pseudonym.server";
import type { Plan, PlannedVote } from "./plan.server";
import { importedEmail } from "./prepare.server";
import type { State } from "./state.server";

/** Writes a plan in the order of its references. Part of the batch's transaction. */
export async function writePlan(client: pg.ClientBase, state: State, plan: Plan, importId: string): Promise<void> {
  const poolId = state.pool.id;
  await copyRows(
    client,
    "User",
    ["id", "email", "name", "role", "pseudonym", "imported"],
    plan.people.map(({ id, name }) => [id, importedEmail(poolId, name), name, "annotator", newPseudonym(), true]),
  );
  await writePrompts(client, poolId, plan, importId);
  await copyRows(
    client,
    "Response",
    ["id", "promptId", "modelName", "modelId", "text", "contentHash", "params", "seed", "leaksIdentity"],
    plan.responses.map(({ id, promptId, response: { model, text, hash, params, seed, leaks } }) => {
      const modelId = state.models.get(model) ?? null;
      return [id, promptId, model, modelId, text, hash, JSON.stringify(params), seed, leaks];
    }),
  );
  await copyRows(
    client,
    "Comparison",
    ["id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired", "round", "goldSide", "goldStrength"],
    plan.comparisons.map(({ id, promptId, a, b, round, gold }) => {
      const { votesPerComparison } = state.pool;
      return [id, poolId, promptId, a, b, votesPerComparison, round, gold?.side ?? null, gold?.strength ?? null];
    }),
  );
  await writeSlots(client, poolId, plan);
  await writeVotes(client, plan.votes, importId);
}

async function writePrompts(client: pg.ClientBase, poolId: string, plan: Plan, importId: string): Promise<void> {
  await copyRows(
    client,
    "Prompt",
    ["id", "poolId", "externalId", "contentHash", "messages", "metadata", "excerpt", "turns", "importId"],
    plan.prompts.map(({ id, row }) => {
      const { contentHash, excerpt, turns } = row.prompt;
      const [messages, metadata] = [JSON.stringify(row.messages), JSON.stringify(row.metadata)];
      return [id, poolId, row.externalId ?? null, contentHash, messages, metadata, excerpt, turns, importId];
    }),
  );
}

async function writeSlots(client: pg.ClientBase, poolId: string, plan: Plan): Promise<void> {
  await copyRows(
    client,
    "Slot",
    ["id", "comparisonId", "poolId", "ordinal", "state", "annotatorId"],
    plan.slots.map(({ id, comparisonId, ordinal, annotatorId }) => [
      id,
      comparisonId,
      poolId,
      ordinal,
      annotatorId ? "done" : "open",
      annotatorId,
    ]),
  );
  if (plan.filled.length === 0) return;
  await client.query(
    `UPDATE "Slot" s SET "state" = 'done', "annotatorId" = f."annotatorId"
     FROM unnest($1::bigint[], $2::uuid[]) AS f("id", "annotatorId") WHERE s."id" = f."id"`,
    [plan.filled.map(({ id }) => id), plan.filled.map(({ annotatorId }) => annotatorId)],
  );
}

async function writeVotes(client: pg.ClientBase, votes: PlannedVote[], importId: string): Promise<void> {
  if (votes.length === 0) return;
  const now = new Date();
  await copyRows(
    client,
    "Vote",
    ["id", "comparisonId", "annotatorId", "slotId", "status", "importId", "createdAt", "updatedAt"],
    votes.map(({ id, comparisonId, annotatorId, slotId, vote }) => {
      const at = vote.createdAt ?? now;
      return [id, comparisonId, annotatorId, slotId, slotId ? "counted" : "extra", importId, at, at];
    }),
  );
  const edited = votes.flatMap(({ annotatorId, vote, edit }) => (edit ? [{ annotatorId, at: vote.createdAt ?? now, edit }] : []));
  await copyRows(
    client,
    "Edit",
    ["id", "responseId", "authorId", "text", "distance", "distanceShare", "createdAt"],
    edited.map(({ annotatorId, at, edit }) => [edit.id, edit.responseId, annotatorId, edit.text, edit.distance, edit.share, at]),
  );
  await copyRows(
    client,
    "VoteRevision",
    ["id", "voteId", "number", "kind", "side", "strength", "editId", "leftSide", "idempotencyKey", "createdAt"],
    votes.map(({ id, revisionId, side, vote, edit, comparisonId, annotatorId }) => {
      const key = `import:${comparisonId}:${annotatorId}`;
      const left = vote.leftSide === undefined ? null : side === vote.side ? vote.leftSide : 1 - vote.leftSide;
      return [revisionId, id, 1, "import", side, vote.strength ?? null, edit?.id ?? null, left, key, vote.createdAt ?? now];
    }),
  );
  await client.query(
    `UPDATE "Vote" v SET "currentId" = r."id" FROM unnest($1::uuid[], $2::uuid[]) AS r("voteId", "id") WHERE v."id" = r."voteId"`,
    [votes.map(({ id }) => id), votes.map(({ revisionId }) => revisionId)],
  );
}
