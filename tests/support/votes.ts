import { createHash, randomUUID } from "node:crypto";
import { db, type Transaction } from "../../app/database/client.server";
import type { Strength, Tie } from "../../app/votes/strength";
import { promptColumns } from "../../app/prompts/content.server";

type Role = "system" | "user" | "assistant";
export type GivenVote = {
  by: string;
  side: 0 | 1 | Tie;
  strength?: Strength;
  edited?: string;
  /** The side on the left. Votes that came with a file mostly have none. */
  left?: 0 | 1;
  imported?: boolean;
  at?: Date;
  status?: "counted" | "extra";
  unblinded?: boolean;
};
export type GivenComparison = {
  prompt: string | { role: Role; content: string }[];
  responses?: [string, string];
  models?: [string, string];
  round?: number;
  gold?: 0 | 1;
  archived?: boolean;
  leaks?: boolean;
  votes: GivenVote[];
};

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

/** An annotator by a short name; the same name is the same person. */
export async function person(name: string, pseudonym = `pseudonym of ${name}`): Promise<string> {
  const email = `${name}@example.org`;
  const { id } = await db.user.upsert({ where: { email }, update: {}, create: { email, name, pseudonym, role: "annotator" } });
  return id;
}

/**
 * A pool whose comparisons have the given votes, written as import and submission write them. Each table is filled by one
 * statement, so that hundreds of comparisons take no time.
 */
export async function givenPool(name: string, comparisons: GivenComparison[]): Promise<{ poolId: string; comparisonIds: string[] }> {
  const { id: poolId } = await db.pool.create({ data: { name, votesPerComparison: 3 } });
  const people = new Map<string, string>();
  for (const by of new Set(comparisons.flatMap(({ votes }) => votes.map((vote) => vote.by)))) people.set(by, await person(by));
  const prompts = new Map<string, ReturnType<typeof promptRow>>();
  const rows = comparisons.map((given) => {
    const fresh = promptRow(poolId, given);
    const prompt = prompts.get(fresh.contentHash) ?? fresh;
    prompts.set(prompt.contentHash, prompt);
    return comparisonRows(poolId, prompt, given, people);
  });
  const responses = new Map(
    rows.flatMap((row) => row.responses).map((one) => [`${one.promptId} ${one.modelName} ${one.contentHash}`, one]),
  );
  const idOf = (one: Rows["responses"][number]) => responses.get(`${one.promptId} ${one.modelName} ${one.contentHash}`)?.id ?? one.id;
  await db.prompt.createMany({ data: [...prompts.values()] });
  await db.response.createMany({ data: [...responses.values()] });
  await db.comparison.createMany({
    data: rows.map(({ comparison, responses: [a, b] }) => ({ ...comparison, responseAId: idOf(a), responseBId: idOf(b) })),
  });
  const votes = rows.flatMap((row) =>
    row.votes.map((vote) => ({ ...vote, responseId: idOf(row.responses[vote.given.side === 1 ? 1 : 0]) })),
  );
  await writeVotes(poolId, votes);
  return { poolId, comparisonIds: rows.map((row) => row.comparison.id) };
}

function promptRow(poolId: string, { prompt }: GivenComparison) {
  const messages = typeof prompt === "string" ? [{ role: "user" as const, content: prompt }] : prompt;
  return { id: randomUUID(), poolId, messages, ...promptColumns(messages) };
}

type Rows = ReturnType<typeof comparisonRows>;

function comparisonRows(poolId: string, prompt: ReturnType<typeof promptRow>, given: GivenComparison, people: Map<string, string>) {
  const texts = given.responses ?? [`First answer to ${prompt.excerpt}`, `Second answer to ${prompt.excerpt}`];
  const models = given.models ?? ["model-a", "model-b"];
  const response = (side: 0 | 1) => ({
    ...{ id: randomUUID(), promptId: prompt.id, modelName: models[side], text: texts[side] },
    ...{ contentHash: hash(texts[side]), leaksIdentity: side === 0 && (given.leaks ?? false) },
  });
  const comparison = {
    ...{ id: randomUUID(), poolId, promptId: prompt.id, round: given.round ?? 1 },
    votesRequired: Math.max(1, given.votes.filter((vote) => vote.status !== "extra").length),
    ...{ goldSide: given.gold ?? null, archivedAt: given.archived ? new Date() : null },
  };
  const votes = given.votes.map((vote, ordinal) => ({
    ...{ given: vote, ordinal, comparisonId: comparison.id, annotatorId: people.get(vote.by) ?? "" },
    ...{ voteId: randomUUID(), revisionId: randomUUID(), editId: vote.edited === undefined ? null : randomUUID() },
  }));
  return { comparison, responses: [response(0), response(1)] as const, votes };
}

async function writeVotes(poolId: string, votes: (Rows["votes"][number] & { responseId: string })[]): Promise<void> {
  const at = ({ given }: { given: GivenVote }) => given.at ?? new Date("2026-03-01T12:00:00Z");
  // Slots and their votes come together, or the database refuses both.
  await db.$transaction(async (tx) => writeVoteRows(tx, poolId, votes));
  await db.edit.createMany({
    data: votes.flatMap((vote) =>
      vote.editId === null
        ? []
        : [
            {
              ...{ id: vote.editId, responseId: vote.responseId, authorId: vote.annotatorId, text: vote.given.edited ?? "" },
              ...{ distance: 3, distanceShare: 0.1, createdAt: at(vote) },
            },
          ],
    ),
  });
  await db.voteRevision.createMany({
    data: votes.map((vote) => ({
      ...{
        id: vote.revisionId,
        voteId: vote.voteId,
        number: 1,
        ...(typeof vote.given.side === "number" ? { side: vote.given.side } : { tie: vote.given.side }),
        strength: vote.given.strength ?? null,
        editId: vote.editId,
      },
      ...{ kind: (vote.given.imported ?? vote.given.left === undefined) ? "import" : "submit", leftSide: vote.given.left ?? null },
      ...{ idempotencyKey: randomUUID(), createdAt: at(vote), unblinded: vote.given.unblinded ?? false },
    })),
  });
  await db.$executeRaw`UPDATE "Vote" SET "currentId" = r."id" FROM "VoteRevision" r WHERE r."voteId" = "Vote"."id" AND "Vote"."currentId" IS NULL`;
}

async function writeVoteRows(tx: Transaction, poolId: string, votes: Rows["votes"]): Promise<void> {
  const slots = await filledSlots(
    tx,
    poolId,
    votes.filter(({ given }) => given.status !== "extra"),
  );
  await tx.vote.createMany({
    data: votes.map(({ voteId, comparisonId, annotatorId, given }) => ({
      ...{
        id: voteId,
        comparisonId,
        annotatorId,
        status: given.status ?? "counted",
        slotId: slots.get(`${comparisonId} ${annotatorId}`) ?? null,
      },
    })),
  });
}

/** Slots that the votes fill, by "comparison annotator". */
async function filledSlots(tx: Transaction, poolId: string, votes: Rows["votes"]): Promise<Map<string, bigint>> {
  const made = await tx.$queryRaw<{ id: bigint; key: string }[]>`
    INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal", "state", "annotatorId")
    SELECT c, ${poolId}::uuid, o, 'done', a FROM unnest(
      ${votes.map((vote) => vote.comparisonId)}::uuid[], ${votes.map((vote) => vote.ordinal)}::int[], ${votes.map((vote) => vote.annotatorId)}::uuid[]
    ) AS given(c, o, a) RETURNING "id", "comparisonId" || ' ' || "annotatorId" AS key`;
  return new Map(made.map(({ id, key }) => [key, id]));
}
