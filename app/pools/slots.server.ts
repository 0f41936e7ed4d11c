import type { Transaction } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";

/**
 * Brings the slots of comparisons in line with what is asked for: `votesRequired` slots that are not closed, or none
 * that are open when the comparison or its pool is archived. Leased and done slots are left alone, and no slot is ever
 * deleted, so a vote keeps its place and a restored comparison gets the same places back.
 *
 * `which` is a condition on the comparison `c`. Lock the pool's row first, so that no import adds slots meanwhile.
 */
export async function fitSlots(tx: Transaction, which: Prisma.Sql): Promise<{ closed: number; opened: number }> {
  const wanted = Prisma.sql`CASE WHEN c."archivedAt" IS NULL AND p."archivedAt" IS NULL THEN c."votesRequired" ELSE 0 END`;
  const closed = await tx.$executeRaw`
    WITH ranked AS (
      SELECT s."id", s."state", ${wanted} AS "wanted",
             row_number() OVER (PARTITION BY c."id" ORDER BY s."state" = 'open', s."ordinal") AS "nth"
      FROM "Comparison" c JOIN "Pool" p ON p."id" = c."poolId" JOIN "Slot" s ON s."comparisonId" = c."id"
      WHERE s."state" <> 'closed' AND ${which}
    )
    UPDATE "Slot" s SET "state" = 'closed' FROM ranked r
    WHERE s."id" = r."id" AND r."nth" > r."wanted" AND s."state" = 'open'`;
  const reopened = await tx.$executeRaw`
    WITH ranked AS (
      SELECT s."id", ${wanted} AS "wanted",
             count(*) FILTER (WHERE s."state" <> 'closed') OVER (PARTITION BY c."id") AS "live",
             row_number() OVER (PARTITION BY c."id", s."state" = 'closed' ORDER BY s."ordinal") AS "nth", s."state"
      FROM "Comparison" c JOIN "Pool" p ON p."id" = c."poolId" JOIN "Slot" s ON s."comparisonId" = c."id"
      WHERE ${which}
    )
    UPDATE "Slot" s SET "state" = 'open', "position" = nextval('slot_position') FROM ranked r
    WHERE s."id" = r."id" AND r."state" = 'closed' AND r."nth" <= r."wanted" - r."live"`;
  const added = await tx.$executeRaw`
    INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal")
    SELECT c."id", c."poolId", c."top" + g FROM (
      SELECT c."id", c."poolId", c."createdAt", ${wanted} AS "wanted", max(s."ordinal") AS "top",
             count(*) FILTER (WHERE s."state" <> 'closed') AS "live"
      FROM "Comparison" c JOIN "Pool" p ON p."id" = c."poolId" JOIN "Slot" s ON s."comparisonId" = c."id"
      WHERE ${which} GROUP BY c."id", p."id"
    ) c, generate_series(1, c."wanted" - c."live") g
    ORDER BY c."createdAt", c."id", g`;
  return { closed, opened: reopened + added };
}

/**
 * Sets how many votes the comparisons of a pool ask for. One that already has more, or is being graded by more people
 * at this moment, keeps what it has: nobody's work is thrown away, and a comparison still gets exactly `votesRequired`.
 */
export async function changeVotesRequired(tx: Transaction, poolId: string, votes: number): Promise<{ closed: number; opened: number }> {
  await tx.$executeRaw`UPDATE "Comparison" SET "votesRequired" = ${votes} WHERE "poolId" = ${poolId}::uuid AND "votesRequired" <> ${votes}`;
  const changed = await fitSlots(tx, Prisma.sql`c."poolId" = ${poolId}::uuid`);
  await tx.$executeRaw`
    UPDATE "Comparison" c SET "votesRequired" = used."count"
    FROM (SELECT "comparisonId", count(*)::int AS "count" FROM "Slot"
          WHERE "poolId" = ${poolId}::uuid AND "state" IN ('leased', 'done') GROUP BY "comparisonId" HAVING count(*) > ${votes}) used
    WHERE c."id" = used."comparisonId"`;
  return changed;
}
