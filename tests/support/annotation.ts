import { randomUUID } from "node:crypto";
import { claimRequest, draftContent, voteRequest, type Pair, type VoteRequest } from "../../app/annotate/schema";
import { claimPairs } from "../../app/assignment/commands.server";
import { db } from "../../app/database/client.server";
import type { EditPolicy, PoolAccess } from "../../app/generated/prisma/client";

/** A person who grades pairs. */
export async function makeAnnotator(name = "Ann"): Promise<{ kind: "user"; id: string }> {
  const unique = randomUUID();
  const user = await db.user.create({
    data: { email: `${name}-${unique}@example.org`, name, role: "annotator", pseudonym: `p-${unique}` },
  });
  return { kind: "user", id: user.id };
}

type PoolSpec = {
  comparisons?: number;
  votes?: number;
  editPolicy?: EditPolicy;
  access?: PoolAccess;
  priority?: number;
  responses?: [string, string];
  gold?: boolean;
  /** Slots to make; as many as votes unless given. */
  slots?: number;
};

/** A pool with comparisons, each with its open slots. Returns their ids in the order of the queue. */
export async function makePool(spec: PoolSpec = {}): Promise<{ id: string; comparisons: string[] }> {
  const { comparisons = 1, votes = 1, editPolicy = "optional", access = "everyone", priority = 0, gold = false } = spec;
  const pool = await db.pool.create({
    data: {
      name: `pool ${randomUUID()}`,
      votesPerComparison: votes,
      editPolicy,
      access,
      priority,
      guidelines: { create: { version: 1, body: "Be fair." } },
    },
  });
  const ids: string[] = [];
  for (let n = 0; n < comparisons; n++) ids.push(await makeComparison(pool.id, n, { votes, gold, ...spec }));
  return { id: pool.id, comparisons: ids };
}

export async function makeComparison(
  poolId: string,
  n: number,
  { votes = 1, slots = votes, gold = false, responses }: PoolSpec = {},
): Promise<string> {
  const [textA, textB] = responses ?? [
    `Answer A to question ${n}, written at some length.`,
    `Answer B to question ${n}, written at some length.`,
  ];
  const prompt = await db.prompt.create({
    data: { poolId, contentHash: randomUUID(), messages: [{ role: "user", content: `Question ${n}` }], excerpt: `Question ${n}` },
  });
  const answer = (modelName: string, text: string) =>
    db.response.create({ data: { promptId: prompt.id, modelName, text, contentHash: randomUUID() } });
  const [a, b] = [await answer("secret-model-alpha", textA), await answer("secret-model-beta", textB)];
  const comparison = await db.comparison.create({
    data: {
      poolId,
      promptId: prompt.id,
      responseAId: a.id,
      responseBId: b.id,
      votesRequired: votes,
      ...(gold ? { goldSide: 1, goldStrength: "better" } : {}),
    },
  });
  for (let ordinal = 0; ordinal < slots; ordinal++)
    await db.$executeRaw`INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal") VALUES (${comparison.id}::uuid, ${poolId}::uuid, ${ordinal})`;
  return comparison.id;
}

export const claim = (annotatorId: string, options: { tab?: string; count?: number; poolId?: string } = {}) =>
  claimPairs(annotatorId, claimRequest.parse({ tab: `tab-of-${annotatorId}`, count: 1, ...options }));

/** The one pair that a claim gave, or a failure that says what came instead. */
export async function claimOne(annotatorId: string, options: { tab?: string; poolId?: string } = {}): Promise<Pair> {
  const { pairs, status } = await claim(annotatorId, options);
  if (!pairs[0]) throw new Error(`No pair: ${status}`);
  return pairs[0];
}

/** A complete answer to a pair. */
export function answerTo(pair: Pair, changes: Partial<VoteRequest> = {}): VoteRequest {
  return voteRequest.parse({
    tab: "tab-that-answers",
    comparisonId: pair.comparisonId,
    leaseId: pair.leaseId,
    idempotencyKey: randomUUID(),
    choice: "left",
    strength: "better",
    activeMs: 0,
    guidelineVersion: 1,
    draftVersion: 0,
    ...changes,
  });
}

export const draftOf = (changes: Partial<ReturnType<typeof draftContent.parse>> = {}) => draftContent.parse(changes);

/** Lets every lease of a comparison run out, as if its time had passed. The sweep then opens the slots. */
export const expireLeases = (comparisonId: string) =>
  db.$executeRaw`UPDATE "Slot" SET "leaseExpiresAt" = now() - interval '1 second' WHERE "comparisonId" = ${comparisonId}::uuid AND "state" = 'leased'`;

export const slotsOf = (comparisonId: string) => db.slot.findMany({ where: { comparisonId }, orderBy: { ordinal: "asc" } });
