import type pg from "pg";
import type { Strength, Tie } from "../votes/strength";
import type { KnownFacts } from "./facts.server";
import { pairKey, pairsOfRow, responseKey } from "./pairs";
import type { PreparedRow } from "./prepare.server";
import type { ImportOptions } from "./schema";
import type { KnownComparison, KnownVote, State } from "./state.server";

/**
 * Adds to the state what the database holds of the responses and pairs of the rows: the responses, their comparisons, the
 * votes on these and their open places. What else is stored under the same prompts is not read.
 */
export async function loadPairs(client: pg.ClientBase, state: State, { importId, options, rows }: Batch): Promise<void> {
  await loadResponses(client, state, rows);
  const comparisons = await loadComparisons(client, state, wantedPairs(state, options, rows));
  if (comparisons.size === 0 || rows.every(({ votes }) => votes.length === 0)) return;
  await loadVotes(client, state, importId, comparisons);
  await lockOpenSlots(client, comparisons);
}

type Batch = { importId: string; options: ImportOptions; rows: readonly PreparedRow[] };
type ResponseRow = { id: string; promptId: string; modelName: string; contentHash: string } & KnownFacts;

async function loadResponses(client: pg.ClientBase, state: State, rows: readonly PreparedRow[]): Promise<void> {
  const wanted = new Map<string, [promptId: string, model: string, hash: string]>();
  for (const { prompt, responses } of rows) {
    const known = state.promptsByHash.get(prompt.contentHash);
    if (known) for (const { model, hash } of responses) wanted.set(responseKey(known.id, model, hash), [known.id, model, hash]);
  }
  const columns = [0, 1, 2].map((column) => [...wanted.values()].map((key) => key[column]));
  const found = await client.query<ResponseRow>(
    `SELECT r."id", r."promptId", r."modelName", r."contentHash", r."externalId", md5(r."metadata"::text) AS "metadata", md5(r."params"::text) AS "params"
     FROM unnest($1::uuid[], $2::text[], $3::text[]) AS w("promptId", "modelName", "contentHash")
     JOIN "Response" r USING ("promptId", "modelName", "contentHash")`,
    columns,
  );
  for (const { promptId, modelName, contentHash, ...response } of found.rows)
    state.responses.set(responseKey(promptId, modelName, contentHash), response);
}

/** The ids of the pairs that the rows make of responses that are stored, both ways round. */
function wantedPairs(state: State, { pairs }: ImportOptions, rows: readonly PreparedRow[]): [string[], string[]] {
  const wanted = new Map<string, [string, string]>();
  for (const { prompt, responses } of rows) {
    const promptId = state.promptsByHash.get(prompt.contentHash)?.id;
    if (promptId === undefined) continue;
    const ids = responses.map(({ model, hash }) => state.responses.get(responseKey(promptId, model, hash))?.id);
    for (const [first, second] of pairsOfRow(pairs, responses)) {
      const [a, b] = [ids[first], ids[second]];
      if (a && b) wanted.set(pairKey(a, b), [a, b]);
    }
  }
  const found = [...wanted.values()];
  return [found.flatMap(([a, b]) => [a, b]), found.flatMap(([a, b]) => [b, a])];
}

type ComparisonRow = Omit<KnownComparison, "open" | "votes" | "unnamed"> & { goldSide: number | null; goldStrength: Strength | null };

async function loadComparisons(client: pg.ClientBase, state: State, [as, bs]: [string[], string[]]): Promise<Map<string, KnownComparison>> {
  if (as.length === 0) return new Map();
  const found = await client.query<ComparisonRow>(
    `SELECT c."id", c."round", c."responseAId" AS "a", c."responseBId" AS "b", c."goldSide", c."goldStrength", c."externalId", md5(c."metadata"::text) AS "metadata"
     FROM unnest($1::uuid[], $2::uuid[]) AS w("a", "b") JOIN "Comparison" c ON c."responseAId" = w."a" AND c."responseBId" = w."b"`,
    [as, bs],
  );
  const byId = new Map(found.rows.map((row) => [row.id, { ...row, open: [], votes: new Map(), unnamed: [] } as KnownComparison]));
  for (const comparison of byId.values()) state.comparisons.set(pairKey(comparison.a, comparison.b), comparison);
  return byId;
}

type VoteRow = { id: string; comparisonId: string; annotatorId: string; consumed: boolean; side: 0 | 1 | null; tie: Tie | null } & Omit<
  KnownVote,
  "choice"
>;

/** The votes of the people whom the batch speaks of, and unnamed ones in the order in which they came. */
async function loadVotes(client: pg.ClientBase, state: State, importId: string, comparisons: Map<string, KnownComparison>): Promise<void> {
  const found = await client.query<VoteRow>(
    `SELECT v."id", v."comparisonId", v."annotatorId", v."externalId", r."side", r."tie", r."strength", e."text" AS "edited",
       COALESCE(r."comment", '') AS "comment", COALESCE(r."reason", '') AS "reason", md5(r."metadata"::text) AS "metadata", r."leftSide",
       r."createdAt", v."importId" IS NOT DISTINCT FROM $3 OR m."voteId" IS NOT NULL AS "consumed"
     FROM "Vote" v LEFT JOIN "VoteRevision" r ON r."id" = v."currentId" LEFT JOIN "Edit" e ON e."id" = r."editId"
       LEFT JOIN "ImportMatch" m ON m."voteId" = v."id" AND m."importId" = $3
     WHERE v."comparisonId" = ANY($1::uuid[]) AND v."annotatorId" = ANY($2::uuid[]) ORDER BY v."id"`,
    [[...comparisons.keys()], [...state.people.values(), ...state.seats], importId],
  );
  const seats = new Set(state.seats);
  for (const { id, comparisonId, annotatorId, consumed, side, tie, ...row } of found.rows) {
    const vote: KnownVote = { ...row, choice: side ?? tie };
    const comparison = comparisons.get(comparisonId);
    comparison?.votes.set(annotatorId, vote);
    if (seats.has(annotatorId)) comparison?.unnamed.push({ ...vote, id, consumed });
  }
}

/** A place that somebody claims at this moment is left to them. */
async function lockOpenSlots(client: pg.ClientBase, comparisons: Map<string, KnownComparison>): Promise<void> {
  const slots = await client.query<{ id: string; comparisonId: string }>(
    `SELECT "id", "comparisonId" FROM "Slot" WHERE "comparisonId" = ANY($1::uuid[]) AND "state" = 'open'
     ORDER BY "comparisonId", "ordinal" FOR UPDATE SKIP LOCKED`,
    [[...comparisons.keys()]],
  );
  for (const { id, comparisonId } of slots.rows) comparisons.get(comparisonId)?.open.push({ id, annotatorId: null, isNew: false });
}
