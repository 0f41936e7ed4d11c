import type pg from "pg";
import type { Strength } from "../votes/strength";
import { importedEmail, type PreparedRow } from "./prepare.server";

/** What the database holds already of the prompts of a batch; planning adds to it what the batch itself brings. */
export type State = {
  pool: { id: string; votesPerComparison: number; archivedAt: Date | null };
  promptsByHash: Map<string, KnownPrompt>;
  promptsByExternalId: Map<string, KnownPrompt>;
  /** By responseKey. */
  responses: Map<string, string>;
  /** By pairKey, whichever of the two is side 0. */
  comparisons: Map<string, KnownComparison>;
  /** Annotators, by the name that the file gives them. */
  people: Map<string, string>;
  /** Registered models, by name. */
  models: Map<string, string>;
};

export type KnownPrompt = { id: string; hash: string };
export type KnownVote = { side: number | null; strength: Strength | null; edited: string | null };
export type OpenSlot = { id: string; annotatorId: string | null; isNew: boolean };
export type KnownComparison = {
  id: string;
  a: string;
  b: string;
  goldSide: number | null;
  goldStrength: Strength | null;
  /** Places that a vote of this batch may fill; those of existing comparisons are locked. */
  open: OpenSlot[];
  votes: Map<string, KnownVote>;
};

export const responseKey = (promptId: string, model: string, hash: string) => `${promptId}\n${model}\n${hash}`;
export const pairKey = (one: string, other: string) => (one < other ? `${one}\n${other}` : `${other}\n${one}`);

/**
 * Locks the pool against other imports and changes of its settings, and reads what the batch may meet. In a
 * transaction; the locks last until its end.
 */
export async function loadState(
  client: pg.ClientBase,
  poolId: string,
  rows: readonly PreparedRow[],
  people: Record<string, string> = {},
): Promise<State> {
  const pool = await client.query<State["pool"]>(
    `SELECT "id", "votesPerComparison", "archivedAt" FROM "Pool" WHERE "id" = $1 FOR NO KEY UPDATE`,
    [poolId],
  );
  if (!pool.rows[0]) throw new Error(`Pool ${poolId} does not exist`);
  const state: State = {
    pool: pool.rows[0],
    promptsByHash: new Map(),
    promptsByExternalId: new Map(),
    responses: new Map(),
    comparisons: new Map(),
    people: new Map(Object.entries(people)),
    models: new Map(),
  };
  await loadPrompts(client, state, rows);
  await loadNames(client, state, rows);
  const promptIds = [...new Set([...state.promptsByHash.values()].map(({ id }) => id))];
  if (promptIds.length > 0) await loadPairs(client, state, promptIds, rows.some(({ votes }) => votes.length > 0)); // prettier-ignore
  return state;
}

async function loadPrompts(client: pg.ClientBase, state: State, rows: readonly PreparedRow[]): Promise<void> {
  const hashes = [...new Set(rows.map(({ prompt }) => prompt.contentHash))];
  const externalIds = [...new Set(rows.flatMap(({ externalId }) => externalId ?? []))];
  const found = await client.query<KnownPrompt & { externalId: string | null }>(
    `SELECT "id", "contentHash" AS "hash", "externalId" FROM "Prompt" WHERE "poolId" = $1 AND "contentHash" = ANY($2::text[])
     UNION SELECT "id", "contentHash", "externalId" FROM "Prompt" WHERE "poolId" = $1 AND "externalId" = ANY($3::text[])`,
    [state.pool.id, hashes, externalIds],
  );
  for (const { id, hash, externalId } of found.rows) {
    state.promptsByHash.set(hash, { id, hash });
    if (externalId !== null) state.promptsByExternalId.set(externalId, { id, hash });
  }
}

async function loadNames(client: pg.ClientBase, state: State, rows: readonly PreparedRow[]): Promise<void> {
  const annotators = new Map(
    rows.flatMap(({ votes }) => votes.map(({ annotator }) => [importedEmail(state.pool.id, annotator), annotator])),
  );
  if (annotators.size > 0) {
    const people = await client.query<{ id: string; email: string }>(`SELECT "id", "email" FROM "User" WHERE "email" = ANY($1::text[])`, [
      [...annotators.keys()],
    ]);
    for (const { id, email } of people.rows) state.people.set(annotators.get(email) ?? "", id);
  }
  const names = [...new Set(rows.flatMap(({ responses }) => responses.map(({ model }) => model)))];
  const models = await client.query<{ id: string; name: string }>(`SELECT "id", "name" FROM "Model" WHERE "name" = ANY($1::text[])`, [
    names,
  ]);
  for (const { id, name } of models.rows) state.models.set(name, id);
}

type ComparisonRow = { id: string; a: string; b: string; goldSide: number | null; goldStrength: Strength | null };

async function loadPairs(client: pg.ClientBase, state: State, promptIds: string[], withVotes: boolean): Promise<void> {
  const responses = await client.query<{ id: string; promptId: string; modelName: string; contentHash: string }>(
    `SELECT "id", "promptId", "modelName", "contentHash" FROM "Response" WHERE "promptId" = ANY($1::uuid[])`,
    [promptIds],
  );
  for (const { id, promptId, modelName, contentHash } of responses.rows)
    state.responses.set(responseKey(promptId, modelName, contentHash), id);
  const comparisons = await client.query<ComparisonRow>(
    `SELECT "id", "responseAId" AS "a", "responseBId" AS "b", "goldSide", "goldStrength" FROM "Comparison" WHERE "promptId" = ANY($1::uuid[])`,
    [promptIds],
  );
  const byId = new Map(comparisons.rows.map((row) => [row.id, { ...row, open: [], votes: new Map() } as KnownComparison]));
  for (const comparison of byId.values()) state.comparisons.set(pairKey(comparison.a, comparison.b), comparison);
  if (withVotes && byId.size > 0) await loadVotes(client, state, byId);
}

async function loadVotes(client: pg.ClientBase, state: State, comparisons: Map<string, KnownComparison>): Promise<void> {
  const ids = [...comparisons.keys()];
  const votes = await client.query<{ comparisonId: string; annotatorId: string } & KnownVote>(
    `SELECT v."comparisonId", v."annotatorId", r."side", r."strength", e."text" AS "edited"
     FROM "Vote" v LEFT JOIN "VoteRevision" r ON r."id" = v."currentId" LEFT JOIN "Edit" e ON e."id" = r."editId"
     WHERE v."comparisonId" = ANY($1::uuid[]) AND v."annotatorId" = ANY($2::uuid[])`,
    [ids, [...state.people.values()]],
  );
  for (const { comparisonId, annotatorId, ...vote } of votes.rows) comparisons.get(comparisonId)?.votes.set(annotatorId, vote);
  // A place that somebody claims at this moment is left to them.
  const slots = await client.query<{ id: string; comparisonId: string }>(
    `SELECT "id", "comparisonId" FROM "Slot" WHERE "comparisonId" = ANY($1::uuid[]) AND "state" = 'open'
     ORDER BY "comparisonId", "ordinal" FOR UPDATE SKIP LOCKED`,
    [ids],
  );
  for (const { id, comparisonId } of slots.rows) comparisons.get(comparisonId)?.open.push({ id, annotatorId: null, isNew: false });
}
