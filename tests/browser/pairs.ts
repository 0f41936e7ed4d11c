import { randomUUID } from "node:crypto";
import type { World } from "./world";

export type PairSpec = { prompt: string | { role: string; content: string }[]; responses: [string, string] };
type PoolSpec = {
  name?: string;
  editPolicy?: "off" | "optional" | "required";
  guidelines?: string | null;
  language?: string;
  /** Only these people work on it; so that tests on one instance never see each other's pairs. */
  members: { id: string }[];
};

/** A pool for these people alone, with one comparison for each pair, queued in their order. */
export async function makePool(world: World, pairs: PairSpec[], spec: PoolSpec): Promise<{ id: string; comparisons: string[] }> {
  const {
    name = `Pool ${randomUUID().slice(0, 8)}`,
    editPolicy = "optional",
    guidelines = "Be **fair**.",
    language = "en",
    members,
  } = spec;
  const pool = await world.db.pool.create({
    data: {
      name,
      editPolicy,
      language,
      access: "members",
      members: { create: members.map(({ id }) => ({ userId: id })) },
      ...(guidelines === null ? {} : { guidelines: { create: { version: 1, body: guidelines } } }),
    },
  });
  const comparisons: string[] = [];
  for (const pair of pairs) comparisons.push(await makeComparison(world, pool.id, pair));
  return { id: pool.id, comparisons };
}

async function makeComparison({ db }: World, poolId: string, { prompt, responses }: PairSpec): Promise<string> {
  const messages = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  const excerpt = messages.at(-1)?.content.slice(0, 200) ?? "";
  const { id: promptId } = await db.prompt.create({ data: { poolId, contentHash: randomUUID(), messages, excerpt } });
  const [a, b] = await Promise.all(
    responses.map((text, index) =>
      db.response.create({ data: { promptId, modelName: `secret-model-${index}`, text, contentHash: randomUUID() } }),
    ),
  );
  const comparison = await db.comparison.create({
    data: { poolId, promptId, responseAId: a!.id, responseBId: b!.id, votesRequired: 1 },
  });
  await db.$executeRaw`INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal") VALUES (${comparison.id}::uuid, ${poolId}::uuid, 0)`;
  return comparison.id;
}

/** Plain pairs with recognisable texts: question n, answers "n one" and "n two". */
export const plainPairs = (count: number): PairSpec[] =>
  Array.from({ length: count }, (_, n) => ({
    prompt: `Question ${n + 1}: what is a good answer?`,
    responses: [
      `First answer to question ${n + 1}.\n\nIt is rather short.`,
      `Second answer to question ${n + 1}.\n\nIt says a **little** more.`,
    ],
  }));
