import type pg from "pg";
import type { Strength } from "../votes/strength";
import { Digests, type KnownFacts } from "./facts.server";
import type { Choice, StoredOptions } from "./schema";
import { loadPairs } from "./known-pairs.server";
import { UNNAMED } from "./plan-votes.server";
import { importedEmail, type PreparedRow } from "./prepare.server";

/** What the database holds already of the prompts of a batch; planning adds to it what the batch itself brings. */
export type State = {
  pool: { id: string; votesPerComparison: number; archivedAt: Date | null };
  promptsByHash: Map<string, KnownPrompt>;
  /** The content hash of the prompt that an external id, of it or of a comparison of it, belongs to. */
  hashesByExternalId: Map<string, string>;
  /** By responseKey. */
  responses: Map<string, { id: string } & KnownFacts>;
  /** By pairKey, whichever of the two is side 0. */
  comparisons: Map<string, KnownComparison>;
  /** Annotators, by the name that the file gives them. */
  people: Map<string, string>;
  /** Who stands for the unnamed votes of this pool; with each of them one such vote per comparison. */
  seats: string[];
  /** Registered models, by name. */
  models: Map<string, string>;
  digests: Digests;
};

export type KnownPrompt = { id: string; hash: string } & KnownFacts;
/** `choice` is null for an answer that was undone. */
export type KnownVote = KnownFacts & {
  choice: Choice | null;
  strength: Strength | null;
  edited: string | null;
  comment: string;
  reason: string;
  leftSide: 0 | 1 | null;
  createdAt: Date | null;
};
/** `consumed` once a row of this import stands for it: it made it, or repeated it. */
export type UnnamedVote = KnownVote & { id: string; consumed: boolean };
export type OpenSlot = { id: string; annotatorId: string | null; isNew: boolean };
export type KnownComparison = KnownFacts & {
  id: string;
  round: number;
  a: string;
  b: string;
  goldSide: number | null;
  goldStrength: Strength | null;
  /** Places that a vote of this batch may fill; those of existing comparisons are locked. */
  open: OpenSlot[];
  /** By the id of the annotator; of those only whom the batch speaks of. */
  votes: Map<string, KnownVote>;
  unnamed: UnnamedVote[];
};

type Import = { importId: string; poolId: string; options: StoredOptions };

/**
 * Locks the pool against other imports and changes of its settings, and reads what the batch may meet. In a
 * transaction; the locks last until its end.
 */
export async function loadState(
  client: pg.ClientBase,
  { importId, poolId, options }: Import,
  rows: readonly PreparedRow[],
): Promise<State> {
  const pool = await client.query<State["pool"]>(
    `SELECT "id", "votesPerComparison", "archivedAt" FROM "Pool" WHERE "id" = $1 FOR NO KEY UPDATE`,
    [poolId],
  );
  if (!pool.rows[0]) throw new Error(`Pool ${poolId} does not exist`);
  const state: State = {
    pool: pool.rows[0],
    promptsByHash: new Map(),
    hashesByExternalId: new Map(),
    responses: new Map(),
    comparisons: new Map(),
    people: new Map(Object.entries(options.people ?? {})),
    seats: [],
    models: new Map(),
    digests: new Digests(),
  };
  await loadPrompts(client, state, rows);
  await loadPeople(client, state, rows, options);
  await loadModels(client, state, rows);
  if (state.promptsByHash.size === 0) return state;
  await state.digests.load(client, rows);
  await loadPairs(client, state, { importId, options, rows });
  return state;
}

async function loadPrompts(client: pg.ClientBase, state: State, rows: readonly PreparedRow[]): Promise<void> {
  const { id: poolId } = state.pool;
  const hashes = [...new Set(rows.map(({ prompt }) => prompt.contentHash))];
  const found = await client.query<KnownPrompt>(
    `SELECT "id", "contentHash" AS "hash", "externalId", md5("metadata"::text) AS "metadata" FROM "Prompt"
     WHERE "poolId" = $1 AND "contentHash" = ANY($2::text[])`,
    [poolId, hashes],
  );
  for (const prompt of found.rows) state.promptsByHash.set(prompt.hash, prompt);
  const externalIds = [...new Set(rows.flatMap(({ externalId, comparison }) => [externalId ?? [], comparison?.externalId ?? []].flat()))];
  if (externalIds.length === 0) return;
  const named = await client.query<{ externalId: string; hash: string }>(
    `SELECT "externalId", "contentHash" AS "hash" FROM "Prompt" WHERE "poolId" = $1 AND "externalId" = ANY($2::text[])
     UNION SELECT c."externalId", p."contentHash" FROM "Comparison" c JOIN "Prompt" p ON p."id" = c."promptId"
       WHERE c."poolId" = $1 AND c."externalId" = ANY($2::text[])
     UNION SELECT a."externalId", p."contentHash" FROM "Alias" a JOIN "Prompt" p ON p."id" = a."promptId"
       WHERE p."poolId" = $1 AND a."externalId" = ANY($2::text[]) AND a."responseId" IS NULL`,
    [poolId, externalIds],
  );
  for (const { externalId, hash } of named.rows) state.hashesByExternalId.set(externalId, hash);
}

async function loadPeople(client: pg.ClientBase, state: State, rows: readonly PreparedRow[], options: StoredOptions): Promise<void> {
  const { id: poolId } = state.pool;
  const names = new Set(rows.flatMap(({ votes }) => votes.map(({ annotator }) => annotator ?? options.annotator ?? UNNAMED)));
  if (names.delete(UNNAMED)) {
    const seats = await client.query<{ id: string }>(`SELECT "id" FROM "User" WHERE "unnamedInId" = $1 ORDER BY "id"`, [poolId]);
    state.seats = seats.rows.map(({ id }) => id);
  }
  if (names.size === 0) return;
  const byEmail = new Map([...names].map((name) => [importedEmail(poolId, name), name]));
  const people = await client.query<{ id: string; email: string }>(`SELECT "id", "email" FROM "User" WHERE "email" = ANY($1::text[])`, [
    [...byEmail.keys()],
  ]);
  for (const { id, email } of people.rows) state.people.set(byEmail.get(email) ?? "", id);
}

async function loadModels(client: pg.ClientBase, state: State, rows: readonly PreparedRow[]): Promise<void> {
  const names = [...new Set(rows.flatMap(({ responses }) => responses.map(({ model }) => model)))];
  const models = await client.query<{ id: string; name: string }>(`SELECT "id", "name" FROM "Model" WHERE "name" = ANY($1::text[])`, [
    names,
  ]);
  for (const { id, name } of models.rows) state.models.set(name, id);
}
