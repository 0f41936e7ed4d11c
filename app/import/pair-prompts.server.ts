import type pg from "pg";
import { uuidv7 } from "../uuid.server";
import { PoolArchived, type BatchWriter } from "./batch.server";
import { readBatches, type Batch } from "./batches.server";
import { choosePairs, everyPair, pairKey, type Pair } from "./pairs";
import { emptyPlan } from "./plan.server";
import type { Format, StoredOptions } from "./schema";
import { reserveSlots } from "./slot-ids.server";
import { writePlan } from "./write.server";

/** What is in memory at a time: so many responses, and so many pairs, which are committed together. */
const GROUP_RESPONSES = 20_000;
const CHUNK_PAIRS = 5_000;

type Source = { format: Format; path: string; poolId: string; options: StoredOptions; importId: string };
type Prompt = { id: string; hash: string; count: number };
type Response = { id: string; hash: string };

/**
 * Makes the comparisons that the rules "all" and "random" ask for: among all responses that the pool holds of each prompt
 * of the file, in whichever rows and imports they came. Run once the file is in; it reads the file once more. Comparisons that
 * are there stay as they are, so a run that was cut off is simply done again.
 */
export async function pairPrompts(writer: BatchWriter, source: Source, signal: AbortSignal): Promise<void> {
  if (source.options.pairs.rule === "row") return;
  for await (const batch of readBatches({ ...source, skip: 0, signal })) {
    const prompts = await writer.read((client) => findPrompts(client, source.poolId, hashesOf(batch)));
    for (const group of groups(prompts)) {
      const responses = await writer.read((client) => findResponses(client, group));
      for (const chunk of chunks(group, responses, source)) {
        signal.throwIfAborted();
        await writer.commit((client) => writePairs(client, source, chunk));
      }
    }
  }
}

const hashesOf = ({ items }: Batch) => [
  ...new Set(items.flatMap((item) => ("rows" in item ? item.rows.map(({ prompt }) => prompt.contentHash) : []))),
];

async function findPrompts(client: pg.ClientBase, poolId: string, hashes: string[]): Promise<Prompt[]> {
  const { rows } = await client.query<Prompt>(
    `SELECT p."id", p."contentHash" AS "hash", count(*)::int AS "count" FROM "Prompt" p JOIN "Response" r ON r."promptId" = p."id"
     WHERE p."poolId" = $1 AND p."contentHash" = ANY($2::text[]) GROUP BY p."id" HAVING count(*) > 1 ORDER BY p."id"`,
    [poolId, hashes],
  );
  return rows;
}

function* groups(prompts: readonly Prompt[]): Generator<Prompt[], void> {
  let group: Prompt[] = [];
  let size = 0;
  for (const prompt of prompts) {
    if (group.length > 0 && size + prompt.count > GROUP_RESPONSES) {
      yield group;
      [group, size] = [[], 0];
    }
    group.push(prompt);
    size += prompt.count;
  }
  if (group.length > 0) yield group;
}

/** The responses of each prompt in the order in which they came. */
async function findResponses(client: pg.ClientBase, prompts: readonly Prompt[]): Promise<Map<string, Response[]>> {
  const { rows } = await client.query<Response & { promptId: string }>(
    `SELECT "id", "promptId", "contentHash" AS "hash" FROM "Response" WHERE "promptId" = ANY($1::uuid[]) ORDER BY "id"`,
    [prompts.map(({ id }) => id)],
  );
  const found = new Map<string, Response[]>(prompts.map(({ id }) => [id, []]));
  for (const { promptId, id, hash } of rows) found.get(promptId)?.push({ id, hash });
  return found;
}

type Wanted = { promptId: string; a: string; b: string };

function* chunks(prompts: readonly Prompt[], responses: Map<string, Response[]>, { options }: Source): Generator<Wanted[], void> {
  let chunk: Wanted[] = [];
  for (const { id: promptId, hash } of prompts) {
    const found = responses.get(promptId) ?? [];
    const pairs: Iterable<Pair> = options.pairs.rule === "random" ? choosePairs(options.pairs, hash, found) : everyPair(found);
    for (const [first, second] of pairs) {
      const [a, b] = [found[first]?.id, found[second]?.id];
      if (!a || !b) continue;
      chunk.push({ promptId, a, b });
      if (chunk.length < CHUNK_PAIRS) continue;
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

async function writePairs(client: pg.ClientBase, { poolId, options, importId }: Source, wanted: readonly Wanted[]): Promise<number> {
  const found = await client.query<{ id: string; votesPerComparison: number; archivedAt: Date | null }>(
    `SELECT "id", "votesPerComparison", "archivedAt" FROM "Pool" WHERE "id" = $1 FOR NO KEY UPDATE`,
    [poolId],
  );
  const [pool] = found.rows;
  if (!pool || pool.archivedAt) throw new PoolArchived();
  const known = await knownKeys(client, wanted);
  const missing = wanted.filter(({ a, b }) => !known.has(pairKey(a, b)));
  if (missing.length === 0) return 0;
  const slotId = await reserveSlots(client, missing.length * pool.votesPerComparison);
  const plan = emptyPlan();
  for (const { promptId, a, b } of missing) {
    const id = uuidv7();
    plan.comparisons.push({ id, promptId, a, b, round: options.round, gold: undefined, facts: {} });
    for (let ordinal = 0; ordinal < pool.votesPerComparison; ordinal++)
      plan.slots.push({ id: slotId(), annotatorId: null, isNew: true, comparisonId: id, ordinal });
  }
  await writePlan(client, { pool, models: new Map() }, plan, importId);
  return missing.length;
}

/** Those of the pairs that are compared already, whichever of the two is side 0. */
async function knownKeys(client: pg.ClientBase, wanted: readonly Wanted[]): Promise<Set<string>> {
  const { rows } = await client.query<{ a: string; b: string }>(
    `SELECT c."responseAId" AS "a", c."responseBId" AS "b" FROM unnest($1::uuid[], $2::uuid[]) AS w("a", "b")
     JOIN "Comparison" c ON c."responseAId" = w."a" AND c."responseBId" = w."b"`,
    [wanted.flatMap(({ a, b }) => [a, b]), wanted.flatMap(({ a, b }) => [b, a])],
  );
  return new Set(rows.map(({ a, b }) => pairKey(a, b)));
}
