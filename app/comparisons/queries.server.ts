import { db } from "../database/client.server";
import { Prisma, type SlotState } from "../generated/prisma/client";
import { type List, findPage } from "../lists/page.server";
import { SEARCH_FEW, SEARCH_REACH, searchPrompts } from "../prompts/search.server";
import type { ComparisonList } from "./list";

/** A page of comparisons: prompt, models, places filled, open flags. */
export async function listComparisons(input: ComparisonList) {
  const { ids, ...found } = await findPage(await describe(input), input);
  const [rows, places, flags] = await Promise.all([readRows(ids), countPlaces(ids), countFlags(ids)]);
  const count = (groups: { comparisonId: string; state?: SlotState; _count: number }[], id: string, state?: SlotState) =>
    groups.find((group) => group.comparisonId === id && group.state === state)?._count ?? 0;
  const byId = new Map(
    rows.map(({ goldSide, prompt, ...row }) => [
      row.id,
      {
        ...row,
        prompt: { id: prompt.id, excerpt: prompt.excerpt.slice(0, 300) },
        gold: goldSide !== null,
        done: count(places, row.id, "done"),
        leased: count(places, row.id, "leased"),
        openFlags: count(flags, row.id),
      },
    ]),
  );
  return { ...found, rows: ids.flatMap((id) => byId.get(id) ?? []) };
}

const readRows = (ids: string[]) =>
  db.comparison.findMany({
    where: { id: { in: ids } },
    select: {
      id: true,
      round: true,
      goldSide: true,
      votesRequired: true,
      archivedAt: true,
      createdAt: true,
      pool: { select: { id: true, name: true, language: true } },
      prompt: { select: { id: true, excerpt: true } },
      responseA: { select: { modelName: true } },
      responseB: { select: { modelName: true } },
    },
  });

// Not _count: Prisma makes that a join with the counts of the whole table.
const countPlaces = (ids: string[]) =>
  db.slot.groupBy({ by: ["comparisonId", "state"], where: { comparisonId: { in: ids }, state: { in: ["done", "leased"] } }, _count: true });
const countFlags = (ids: string[]) =>
  db.flag.groupBy({ by: "comparisonId", where: { comparisonId: { in: ids }, resolvedAt: null }, _count: true });

const slots = (test: string) => Prisma.sql`(SELECT ${Prisma.raw(test)} FROM "Slot" s WHERE s."comparisonId" = t."id")`;

const DONE = `count(*) FILTER (WHERE s."state" = 'done')`;
const WAITING = `count(*) FILTER (WHERE s."state" IN ('open', 'leased'))`;
const BY_PROGRESS: Record<NonNullable<ComparisonList["progress"]>, Prisma.Sql> = {
  untouched: slots(`${DONE} = 0`),
  waiting: slots(`${WAITING} > 0`),
  complete: slots(`${DONE} > 0 AND ${WAITING} = 0`),
};
const FLAGGED = Prisma.sql`(SELECT count(*) FROM "Flag" f WHERE f."comparisonId" = t."id" AND f."resolvedAt" IS NULL) > 0`;

/** A row's slots and responses lie in other tables, so fewer rows are looked at where they are asked for. */
function boundsOf({ progress, model, q }: ComparisonList): Pick<List, "few" | "reach"> {
  if (progress || model) return { few: SEARCH_REACH, reach: SEARCH_REACH };
  return q ? { few: SEARCH_FEW, reach: SEARCH_REACH } : {};
}

async function describe(input: ComparisonList): Promise<List> {
  const { sort, pool, archived, q, model, progress, only, round } = input;
  const range: Prisma.Sql[] = [];
  const where: Prisma.Sql[] = [];
  const ordered = sort === "created" ? range : where;
  if (archived === "yes") ordered.push(Prisma.sql`t."archivedAt" IS NOT NULL`);
  if (archived === "no") where.push(Prisma.sql`t."archivedAt" IS NULL`);
  if (pool) ordered.push(Prisma.sql`t."poolId" = ${pool}::uuid`);
  if (round) where.push(Prisma.sql`t."round" = ${round}`);
  if (only === "gold") where.push(Prisma.sql`t."goldSide" IS NOT NULL`);
  if (only === "flagged") where.push(FLAGGED);
  if (progress) where.push(BY_PROGRESS[progress]);
  if (model) where.push(answeredBy(model));
  const search = q ? await searchPrompts(q) : undefined;
  const instead = search && Prisma.sql`(SELECT ${search.matches("p")} FROM "Prompt" p WHERE p."id" = t."promptId")`;
  const key: List["key"] =
    sort === "created" ? { column: Prisma.sql`t."createdAt"`, type: "time" } : { column: Prisma.sql`t."round"`, type: "number" };
  const narrow = narrowest(input, search?.ids);
  return { table: "Comparison", key, id: "uuid", range, where, narrow, instead, ...boundsOf(input) };
}

/** The ids behind the filter that most likely leaves fewest. In order of time, an index goes through just those of a pool or the archive. */
function narrowest({ only, pool, archived, sort }: ComparisonList, prompts: Prisma.Sql | undefined): Prisma.Sql | undefined {
  const from = Prisma.sql`SELECT "id" FROM "Comparison" WHERE`;
  // OFFSET 0 keeps this a look at an index per prompt, which a LIMIT can end; a join over the table could not be.
  if (prompts)
    return Prisma.sql`SELECT c."id" FROM (${prompts}) p, LATERAL (SELECT "id" FROM "Comparison" WHERE "promptId" = p."id" OFFSET 0) c`;
  if (only === "flagged") return Prisma.sql`SELECT "comparisonId" AS "id" FROM "Flag" WHERE "resolvedAt" IS NULL`;
  if (only === "gold") return Prisma.sql`${from} "goldSide" IS NOT NULL`;
  if (sort === "created") return undefined;
  if (pool) return Prisma.sql`${from} "poolId" = ${pool}::uuid`;
  if (archived === "yes") return Prisma.sql`${from} "archivedAt" IS NOT NULL`;
  return undefined;
}

function answeredBy(model: string): Prisma.Sql {
  const contains = `%${model.replace(/[\\%_]/g, "\\$&")}%`;
  return Prisma.sql`(SELECT count(*) FROM "Response" r WHERE r."id" IN (t."responseAId", t."responseBId") AND r."modelName" ILIKE ${contains}) > 0`;
}
