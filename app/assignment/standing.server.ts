import { prepared } from "../database/prepared.server";
import { env } from "../env.server";
import { Prisma } from "../generated/prisma/client";
import type { Holder } from "./queue.server";

/** A tab that was silent for so long is taken for closed, and its pairs go to the person's next tab. */
export const TAB_SILENT_SECONDS = 20;

/** `position` is the annotator's cursor. */
export type OpenPool = { id: string; name: string; position: bigint };

/** Where an annotator stands before anything new is claimed. */
export type Standing = {
  /** Slots of this tab. */
  slotIds: bigint[];
  /** Pairs held over all tabs. */
  held: number;
  /** Those open to the annotator, in order of priority. */
  pools: OpenPool[];
};

type Row = { kept: string[]; held: number; id: string | null; name: string; position: string };

/**
 * Renews what this tab holds, adopts what a silent tab of the same person holds, and says how the person stands. One
 * statement, because every claim begins with it.
 */
export async function standingOf({ annotatorId, tab }: Holder, poolId: string | undefined): Promise<Standing> {
  const rows = await prepared<Row>(Prisma.sql`
    WITH kept AS (
      UPDATE "Slot" SET "leaseTab" = ${tab}, "leaseRenewedAt" = now(),
        "leaseExpiresAt" = now() + make_interval(secs => ${env.TIEBREAK_LEASE_SECONDS})
      WHERE "annotatorId" = ${annotatorId}::uuid AND "state" = 'leased'
        AND ("leaseTab" = ${tab} OR "leaseRenewedAt" < now() - make_interval(secs => ${TAB_SILENT_SECONDS}))
      RETURNING "id"
    ), pools AS (
      SELECT p."id", p."name", p."priority", p."createdAt", coalesce(c."position", 0) AS "position"
      FROM "Pool" p LEFT JOIN "PoolCursor" c ON c."poolId" = p."id" AND c."userId" = ${annotatorId}::uuid
      WHERE p."archivedAt" IS NULL ${poolId ? Prisma.sql`AND p."id" = ${poolId}::uuid` : Prisma.empty}
        AND (p."access" = 'everyone' OR EXISTS (SELECT 1 FROM "PoolMember" m WHERE m."poolId" = p."id" AND m."userId" = ${annotatorId}::uuid))
    )
    SELECT own.*, pools."id", pools."name", pools."position" FROM (
      SELECT ARRAY(SELECT "id" FROM kept) AS "kept",
        (SELECT count(*) FROM "Slot" WHERE "annotatorId" = ${annotatorId}::uuid AND "state" = 'leased')::int AS "held"
    ) own LEFT JOIN pools ON true
    ORDER BY pools."priority" DESC, pools."createdAt", pools."id"`);
  const { kept = [], held = 0 } = rows[0] ?? {};
  return {
    ...{ slotIds: kept.map(BigInt), held },
    pools: rows.flatMap(({ id, name, position }) => (id ? { id, name, position: BigInt(position) } : [])),
  };
}
