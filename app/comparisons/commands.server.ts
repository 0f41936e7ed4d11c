import { type Actor, audit } from "../audit/commands.server";
import { fillFromExtras } from "../assignment/queue.server";
import { type Transaction, db } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";
import { fitSlots } from "../pools/slots.server";

/** A selection of many rows takes a while. */
const LONG = { timeout: 600_000, maxWait: 30_000 };
/** Comparisons of one audit entry are named in it up to this number; a larger selection is told by its size. */
const NAMED = 1000;

/**
 * Takes comparisons out of service: their open slots close, work in progress can be finished, and everything is kept.
 * Those that are archived already are left as they are. Returns how many were archived.
 */
export const archiveComparisons = (actor: Actor, ids: string[]): Promise<number> => setArchived(actor, ids, true);

/** Puts archived comparisons back into service, at the end of the queue. Returns how many were restored. */
export const restoreComparisons = (actor: Actor, ids: string[]): Promise<number> => setArchived(actor, ids, false);

const setArchived = (actor: Actor, ids: string[], archived: boolean): Promise<number> =>
  db.$transaction((tx) => setArchivedIn(tx, actor, Prisma.sql`c."id" = ANY(${ids}::uuid[])`, archived), LONG);

const CHANGED = Prisma.sql`SELECT "id" FROM changed_comparisons`;

/**
 * The same inside a transaction of the caller, which must allow for a long selection, for those that a condition on the
 * comparison `c` finds. A prompt may have any number, so they stay in the database.
 */
export async function setArchivedIn(tx: Transaction, actor: Actor, which: Prisma.Sql, archived: boolean): Promise<number> {
  const count = await mark(tx, which, archived);
  if (count === 0) return 0;
  const slots = await fitSlots(tx, Prisma.sql`c."id" IN (${CHANGED})`);
  if (!archived) await fillFromExtras(tx, CHANGED);
  const ids = count <= NAMED ? (await tx.$queryRaw<{ id: string }[]>(CHANGED)).map(({ id }) => id) : undefined;
  await audit(tx, actor, {
    action: archived ? "comparison.archive" : "comparison.restore",
    subjectType: count === 1 ? "comparison" : "comparisons",
    subjectId: count === 1 ? (ids?.[0] ?? "") : String(count),
    detail: { ...slots, count, ...(ids && { ids }) },
  });
  return count;
}

/**
 * Locks the pools first and then the comparisons, each in order, so that two admins wait for each other in turn. What was
 * changed is in changed_comparisons until the transaction ends.
 */
async function mark(tx: Transaction, which: Prisma.Sql, archived: boolean): Promise<number> {
  await tx.$executeRaw`
    SELECT 1 FROM "Pool" WHERE "id" IN (SELECT c."poolId" FROM "Comparison" c WHERE ${which}) ORDER BY "id" FOR NO KEY UPDATE`;
  await tx.$executeRaw`DROP TABLE IF EXISTS pg_temp.changed_comparisons`;
  await tx.$executeRaw`CREATE TEMP TABLE changed_comparisons ("id" uuid PRIMARY KEY) ON COMMIT DROP`;
  const count = await tx.$executeRaw`
    WITH locked AS (
      SELECT c."id" FROM "Comparison" c WHERE ${which} AND (c."archivedAt" IS NULL) = ${archived} ORDER BY c."id" FOR NO KEY UPDATE
    ), changed AS (
      UPDATE "Comparison" c SET "archivedAt" = CASE WHEN ${archived} THEN now() END FROM locked WHERE c."id" = locked."id" RETURNING c."id"
    )
    INSERT INTO changed_comparisons SELECT "id" FROM changed`;
  await tx.$executeRaw`ANALYZE changed_comparisons`;
  return count;
}
