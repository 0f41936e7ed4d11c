import { db } from "../database/client.server";
import { notFound } from "../errors";
import { Prisma } from "../generated/prisma/client";
import { type List, findPage } from "../lists/page.server";
import type { ResponseView } from "../responses/response-card";
import { MOST_COUNTED_IN_LIST, type PromptList, type PromptPlace } from "./list";
import { type Message, messages } from "./schema";
import { SEARCH_FEW, SEARCH_REACH, searchPrompts } from "./search.server";

/** A page of prompts with their pools and how many comparisons and responses each has. */
export async function listPrompts(input: PromptList) {
  const { ids, ...found } = await findPage(await describe(input), input);
  const [rows, responses, comparisons] = await Promise.all([
    db.prompt.findMany({
      where: { id: { in: ids } },
      select: {
        id: true,
        externalId: true,
        excerpt: true,
        turns: true,
        archivedAt: true,
        createdAt: true,
        pool: { select: { id: true, name: true, language: true } },
      },
    }),
    counted("Response", ids),
    counted("Comparison", ids),
  ]);
  const byId = new Map(
    rows.map((row) => [
      row.id,
      { ...row, excerpt: row.excerpt.slice(0, 300), responses: responses(row.id), comparisons: comparisons(row.id) },
    ]),
  );
  return { ...found, rows: ids.flatMap((id) => byId.get(id) ?? []) };
}

/** Not _count: Prisma makes that a join with the counts of every prompt there is. */
async function counted(table: "Response" | "Comparison", ids: string[]): Promise<(promptId: string) => number> {
  const rows = await db.$queryRaw<{ id: string; n: number }[]>`
    SELECT p."id"::text, t.n::int FROM unnest(${ids}::uuid[]) AS p("id"),
      LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM ${Prisma.raw(`"${table}"`)} WHERE "promptId" = p."id" LIMIT ${MOST_COUNTED_IN_LIST}) x) t`;
  const counts = new Map(rows.map(({ id, n }) => [id, n]));
  return (promptId) => counts.get(promptId) ?? 0;
}

async function describe({ sort, pool, import: importId, archived, q }: PromptList): Promise<List> {
  const byTime = sort === "created";
  const range: Prisma.Sql[] = [];
  const where: Prisma.Sql[] = [];
  if (archived === "yes") (byTime ? range : where).push(Prisma.sql`t."archivedAt" IS NOT NULL`);
  if (archived === "no") where.push(Prisma.sql`t."archivedAt" IS NULL`);
  if (pool) (byTime ? range : where).push(Prisma.sql`t."poolId" = ${pool}::uuid`);
  if (importId) where.push(Prisma.sql`t."importId" = ${importId}::uuid`);
  const search = q ? await searchPrompts(q) : undefined;
  const key: List["key"] = byTime ? { column: Prisma.sql`t."createdAt"`, type: "time" } : { column: Prisma.sql`t."turns"`, type: "number" };
  const narrow = search ? search.ids : byTime ? undefined : narrowest({ pool, archived });
  const bounds = search && { few: SEARCH_FEW, reach: SEARCH_REACH };
  return { table: "Prompt", key, id: "uuid", range, where, narrow, instead: search?.matches("t"), ...bounds };
}

/** The ids behind the filter that most likely leaves fewest. In order of time, an index goes through just these anyway. */
function narrowest({ pool, archived }: Pick<PromptList, "pool" | "archived">): Prisma.Sql | undefined {
  if (pool) return Prisma.sql`SELECT "id" FROM "Prompt" WHERE "poolId" = ${pool}::uuid`;
  if (archived === "yes") return Prisma.sql`SELECT "id" FROM "Prompt" WHERE "archivedAt" IS NOT NULL`;
  return undefined;
}

/** Of a prompt with any number of responses and comparisons: so many on a page. Responses are long. */
const RESPONSES = 10;
const COMPARISONS = 25;
/** Characters of a response that the page shows; the pages of its comparisons show it whole. */
const SHOWN = 20_000;
/** Beyond it, counting takes longer than the number is worth. */
const MOST_COUNTED = 100_000;

/** One prompt with its conversation, and a page each of its responses, by model, and of its comparisons, oldest first. */
export async function getPrompt(id: string, { responses = 1, comparisons = 1 }: Partial<PromptPlace> = {}) {
  const prompt = await db.prompt.findUnique({
    where: { id },
    include: { pool: { select: { id: true, name: true, language: true } }, import: { select: { id: true, fileName: true } } },
  });
  if (!prompt) throw notFound("This prompt");
  const conversation: Message[] = messages.parse(prompt.messages);
  const [pageOfResponses, pageOfComparisons] = await Promise.all([responsesOf(id, responses), comparisonsOf(id, comparisons)]);
  return { ...prompt, conversation, responses: pageOfResponses, comparisons: pageOfComparisons };
}

async function responsesOf(promptId: string, page: number) {
  const [rows, rowCount] = await Promise.all([
    db.$queryRaw<(Omit<ResponseRow, "seed"> & { seed: bigint | null })[]>`
      SELECT "id"::text, "modelName", left("text", ${SHOWN}) AS "text", length("text") AS "length", "params", "seed", "leaksIdentity"
      FROM "Response" WHERE "promptId" = ${promptId}::uuid ORDER BY "modelName", "contentHash"
      LIMIT ${RESPONSES} OFFSET ${(page - 1) * RESPONSES}`,
    countOf("Response", promptId),
  ]);
  return { rows: rows.map((row): ResponseRow => ({ ...row, seed: row.seed?.toString() ?? null })), rowCount, page, perPage: RESPONSES };
}

type ResponseRow = ResponseView & { length: number };

/** Ids are in the order in which they were made. */
async function comparisonsOf(promptId: string, page: number) {
  const [rows, rowCount] = await Promise.all([
    db.comparison.findMany({
      where: { promptId },
      orderBy: { id: "asc" },
      skip: (page - 1) * COMPARISONS,
      take: COMPARISONS,
      include: { responseA: { select: { modelName: true } }, responseB: { select: { modelName: true } } },
    }),
    countOf("Comparison", promptId),
  ]);
  const done = await db.slot.groupBy({
    by: "comparisonId",
    where: { comparisonId: { in: rows.map(({ id }) => id) }, state: "done" },
    _count: true,
  });
  const counted = rows.map((row) => ({ ...row, done: done.find(({ comparisonId }) => comparisonId === row.id)?._count ?? 0 }));
  return { rows: counted, rowCount, more: rowCount === MOST_COUNTED, page, perPage: COMPARISONS };
}

async function countOf(table: "Response" | "Comparison", promptId: string): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM (SELECT 1 FROM ${Prisma.raw(`"${table}"`)} WHERE "promptId" = ${promptId}::uuid LIMIT ${MOST_COUNTED}) t`;
  return row?.n ?? 0;
}
