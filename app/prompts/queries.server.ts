import { db } from "../database/client.server";
import { notFound } from "../errors";
import { Prisma } from "../generated/prisma/client";
import { type List, findPage } from "../lists/page.server";
import type { PromptList } from "./list";
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
        pool: { select: { id: true, name: true } },
      },
    }),
    // Not _count: Prisma makes that a join with the counts of every prompt there is.
    db.response.groupBy({ by: "promptId", where: { promptId: { in: ids } }, _count: true }),
    db.comparison.groupBy({ by: "promptId", where: { promptId: { in: ids } }, _count: true }),
  ]);
  const count = (groups: { promptId: string; _count: number }[], id: string) => groups.find(({ promptId }) => promptId === id)?._count ?? 0;
  const byId = new Map(
    rows.map((row) => [
      row.id,
      { ...row, excerpt: row.excerpt.slice(0, 300), responses: count(responses, row.id), comparisons: count(comparisons, row.id) },
    ]),
  );
  return { ...found, rows: ids.flatMap((id) => byId.get(id) ?? []) };
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

/** One prompt with its conversation, responses and comparisons. */
export async function getPrompt(id: string) {
  const prompt = await db.prompt.findUnique({
    where: { id },
    include: {
      pool: { select: { id: true, name: true } },
      import: { select: { id: true, fileName: true } },
      responses: { orderBy: [{ createdAt: "asc" }, { id: "asc" }] },
      comparisons: {
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
        include: {
          responseA: { select: { modelName: true } },
          responseB: { select: { modelName: true } },
          slots: { select: { state: true } },
        },
      },
    },
  });
  if (!prompt) throw notFound("This prompt");
  const conversation: Message[] = messages.parse(prompt.messages);
  const comparisons = prompt.comparisons.map(({ slots, ...comparison }) => ({
    ...comparison,
    done: slots.filter(({ state }) => state === "done").length,
  }));
  const responses = prompt.responses.map((response) => ({ ...response, seed: response.seed?.toString() ?? null }));
  return { ...prompt, conversation, responses, comparisons };
}
