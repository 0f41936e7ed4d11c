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
  db.$transaction((tx) => setArchivedIn(tx, actor, ids, archived), LONG);

/** The same inside a transaction of the caller, which must allow for a long selection. */
export async function setArchivedIn(tx: Transaction, actor: Actor, ids: string[], archived: boolean): Promise<number> {
  const changed = await mark(tx, ids, archived);
  if (changed.length === 0) return 0;
  const slots = await fitSlots(tx, Prisma.sql`c."id" = ANY(${changed}::uuid[])`);
  if (!archived) await fillFromExtras(tx, changed);
  const named = changed.length <= NAMED ? { ids: changed } : {};
  await audit(tx, actor, {
    action: archived ? "comparison.archive" : "comparison.restore",
    subjectType: changed.length === 1 ? "comparison" : "comparisons",
    subjectId: changed.length === 1 ? (changed[0] ?? "") : String(changed.length),
    detail: { ...slots, count: changed.length, ...named },
  });
  return changed.length;
}

/** Locks the pools first and then the comparisons, each in order, so that two admins wait for each other in turn. */
async function mark(tx: Transaction, ids: string[], archived: boolean): Promise<string[]> {
  await tx.$queryRaw`
    SELECT 1 FROM "Pool" WHERE "id" IN (SELECT "poolId" FROM "Comparison" WHERE "id" = ANY(${ids}::uuid[]))
    ORDER BY "id" FOR NO KEY UPDATE`;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH locked AS (
      SELECT "id" FROM "Comparison" WHERE "id" = ANY(${ids}::uuid[]) AND ("archivedAt" IS NULL) = ${archived} ORDER BY "id" FOR NO KEY UPDATE
    )
    UPDATE "Comparison" c SET "archivedAt" = CASE WHEN ${archived} THEN now() END FROM locked WHERE c."id" = locked."id" RETURNING c."id"`;
  return rows.map((row) => row.id);
}
