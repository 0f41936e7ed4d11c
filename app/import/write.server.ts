import type pg from "pg";
import { copyRows } from "../database/copy.server";
import { newPseudonym } from "../people/pseudonym.server";
import { uuidv7 } from "../uuid.server";
import type { PlannedAlias } from "./facts.server";
import type { PlannedVote } from "./plan-votes.server";
import type { Plan } from "./plan.server";
import { importedEmail } from "./prepare.server";
import type { State } from "./state.server";

/** A column of JSON; one without a value is empty. */
const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

type Place = Pick<State, "models"> & { pool: Pick<State["pool"], "id" | "votesPerComparison"> };

/** Writes a plan in the order of its references. Part of the batch's transaction. */
export async function writePlan(client: pg.ClientBase, state: Place, plan: Plan, importId: string): Promise<void> {
  const { id: poolId } = state.pool;
  await writePeople(client, poolId, plan);
  await writePrompts(client, poolId, plan, importId);
  await writeResponses(client, state, plan, importId);
  await writeComparisons(client, state, plan, importId);
  await writeSlots(client, poolId, plan);
  await writeVotes(client, plan.votes, importId);
  if (plan.matches.length === 0) return;
  await client.query(`INSERT INTO "ImportMatch" ("importId", "voteId") SELECT $1, unnest($2::uuid[])`, [importId, plan.matches]);
}

async function writePeople(client: pg.ClientBase, poolId: string, { people }: Plan): Promise<void> {
  await copyRows(
    client,
    "User",
    ["id", "email", "name", "role", "pseudonym", "imported", "unnamedInId"],
    people.map(({ id, name, unnamed }) => {
      // U+0000 is in no name.
      const email = importedEmail(poolId, unnamed ? `\u0000${id}` : name);
      return [id, email, name, "annotator", newPseudonym(), true, unnamed ? poolId : null];
    }),
  );
}

async function writeResponses(client: pg.ClientBase, { models }: Place, { responses }: Plan, importId: string): Promise<void> {
  await copyRows(
    client,
    "Response",
    ["id", "promptId", "modelName", "modelId", "text", "toolCalls", "contentHash", "params", "seed", "leaksIdentity", "externalId", "metadata", "importId"], // prettier-ignore
    responses.map(({ id, promptId, response: { model, text, toolCalls, hash, params, seed, leaks, externalId, metadata } }) => {
      const what = [text, json(toolCalls), hash, JSON.stringify(params), seed, leaks];
      return [id, promptId, model, models.get(model) ?? null, ...what, externalId ?? null, json(metadata), importId];
    }),
  );
}

async function writeComparisons(client: pg.ClientBase, { pool }: Place, { comparisons }: Plan, importId: string): Promise<void> {
  await copyRows(
    client,
    "Comparison",
    ["id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired", "round", "goldSide", "goldStrength", "externalId", "metadata", "importId"], // prettier-ignore
    comparisons.map(({ id, promptId, a, b, round, gold, facts }) => {
      const right = [gold?.side ?? null, gold?.strength ?? null];
      const own = [facts.externalId ?? null, json(facts.metadata)];
      return [id, pool.id, promptId, a, b, pool.votesPerComparison, round, ...right, ...own, importId];
    }),
  );
}

export async function writeAliases(client: pg.ClientBase, aliases: readonly PlannedAlias[], importId: string): Promise<void> {
  await copyRows(
    client,
    "Alias",
    ["id", "promptId", "responseId", "comparisonId", "externalId", "metadata", "params", "key", "importId"],
    aliases.map(({ promptId, responseId, comparisonId, facts: { externalId, metadata, params }, key }) => {
      const subject = [promptId, responseId ?? null, comparisonId ?? null];
      return [uuidv7(), ...subject, externalId ?? null, json(metadata), json(params), key, importId];
    }),
  );
}

async function writePrompts(client: pg.ClientBase, poolId: string, plan: Plan, importId: string): Promise<void> {
  await copyRows(
    client,
    "Prompt",
    ["id", "poolId", "externalId", "contentHash", "messages", "tools", "metadata", "excerpt", "turns", "extended", "importId"],
    plan.prompts.map(({ id, row }) => {
      const { contentHash, excerpt, turns, extended } = row.prompt;
      const texts = [JSON.stringify(row.messages), json(row.tools), JSON.stringify(row.metadata)];
      return [id, poolId, row.externalId ?? null, contentHash, ...texts, excerpt, turns, extended, importId];
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
    ["id", "comparisonId", "annotatorId", "slotId", "status", "importId", "externalId", "createdAt", "updatedAt"],
    votes.map(({ id, comparisonId, annotatorId, slotId, vote }) => {
      const at = vote.createdAt ?? now;
      return [id, comparisonId, annotatorId, slotId, slotId ? "counted" : "extra", importId, vote.externalId ?? null, at, at];
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
    ["id", "voteId", "number", "kind", "side", "tie", "strength", "editId", "leftSide", "comment", "reason", "metadata", "idempotencyKey", "createdAt"], // prettier-ignore
    votes.map(({ id, revisionId, choice, leftSide, vote, edit, comparisonId, annotatorId }) => {
      const key = `import:${comparisonId}:${annotatorId}`;
      const answer = typeof choice === "number" ? [choice, null] : [null, choice];
      const words = [vote.comment ?? "", vote.reason ?? "", json(vote.metadata)];
      return [
        revisionId,
        id,
        1,
        "import",
        ...answer,
        vote.strength ?? null,
        edit?.id ?? null,
        leftSide,
        ...words,
        key,
        vote.createdAt ?? now,
      ];
    }),
  );
  await client.query(
    `UPDATE "Vote" v SET "currentId" = r."id" FROM unnest($1::uuid[], $2::uuid[]) AS r("voteId", "id") WHERE v."id" = r."voteId"`,
    [votes.map(({ id }) => id), votes.map(({ revisionId }) => revisionId)],
  );
}
