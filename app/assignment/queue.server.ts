import { SYSTEM } from "../audit/commands.server";
import { type Transaction } from "../database/client.server";
import { prepared } from "../database/prepared.server";
import { env } from "../env.server";
import { Prisma } from "../generated/prisma/client";
import { uuidv7 } from "../uuid.server";

/** Who holds a lease, and in which tab. */
export type Holder = { annotatorId: string; tab: string };

/** When a lease that is given or renewed now runs out. */
const expiry = () => Prisma.sql`now() + make_interval(secs => ${env.TIEBREAK_LEASE_SECONDS})`;

/** No slot, skip or standing vote of this annotator on the comparison. Subqueries, so that no join can change the scan's order. */
const eligible = (annotatorId: string) => Prisma.sql`
  (SELECT 1 FROM "Slot" o WHERE o."comparisonId" = seen."comparisonId" AND o."annotatorId" = ${annotatorId}::uuid) IS NULL
  AND (SELECT 1 FROM "Skip" k WHERE k."comparisonId" = seen."comparisonId" AND k."annotatorId" = ${annotatorId}::uuid) IS NULL
  AND (SELECT 1 FROM "Vote" v WHERE v."comparisonId" = seen."comparisonId" AND v."annotatorId" = ${annotatorId}::uuid
       AND v."status" <> 'withdrawn') IS NULL`;

export type Taken = {
  /** The slot that was leased, or null. */
  slotId: bigint | null;
  /** Slots looked at: fewer than the window means that the queue's end was reached. */
  seen: number;
  /** Where to go on from. */
  position: bigint;
  /** True when a slot in the window would suit but another transaction holds it at this moment. */
  blocked: boolean;
};

/**
 * The claim. One statement: it looks at the next `window` open slots of the pool after `after`, leases the first that
 * suits this annotator and that nobody else is taking, and moves the annotator's cursor. The cursor stays before a slot
 * that would suit but is being taken, and moves only if it still stands where this claim began, so that a claim in
 * another tab can never undo a search from the beginning. The window stands in the text, so that the plan knows how few
 * rows are wanted.
 */
export async function takeNext(holder: Holder, poolId: string, after: bigint, window: number): Promise<Taken> {
  const { annotatorId, tab } = holder;
  const [row] = await prepared<{ slotId: string | null; seen: number; position: string | null; blocked: boolean }>(Prisma.sql`
    WITH seen AS MATERIALIZED (
      SELECT "id", "comparisonId", "position" FROM "Slot"
      WHERE "poolId" = ${poolId}::uuid AND "state" = 'open' AND "position" > ${after}
      ORDER BY "position" LIMIT ${Prisma.raw(String(window))}
    ), candidate AS MATERIALIZED (
      SELECT s."id", seen."position" FROM seen JOIN "Slot" s ON s."id" = seen."id"
      WHERE s."state" = 'open' AND ${eligible(annotatorId)}
      ORDER BY seen."position" LIMIT 1 FOR UPDATE OF s SKIP LOCKED
    ), taken AS (
      UPDATE "Slot" s SET "state" = 'leased', "annotatorId" = ${annotatorId}::uuid, "leaseId" = ${uuidv7()}::uuid,
        "leaseTab" = ${tab}, "leaseExpiresAt" = ${expiry()}, "leaseRenewedAt" = now()
      FROM candidate WHERE s."id" = candidate."id" RETURNING s."id", candidate."position"
    ), reached AS (
      SELECT (SELECT "id" FROM taken) AS "slotId", (SELECT count(*) FROM seen)::int AS "seen",
        coalesce((SELECT "position" FROM taken), (SELECT max("position") FROM seen)) AS "position",
        CASE WHEN EXISTS (SELECT 1 FROM taken) THEN false ELSE EXISTS (SELECT 1 FROM seen WHERE ${eligible(annotatorId)}) END AS "blocked"
    ), moved AS (
      INSERT INTO "PoolCursor" ("poolId", "userId", "position", "rescannedAt")
      SELECT ${poolId}::uuid, ${annotatorId}::uuid, "position", to_timestamp(0) FROM reached WHERE "position" IS NOT NULL AND NOT "blocked"
      ON CONFLICT ("poolId", "userId") DO UPDATE SET "position" = excluded."position" WHERE "PoolCursor"."position" = ${after}
    )
    SELECT "slotId", "seen", "position", "blocked" FROM reached`);
  if (!row) throw new Error("The claim's statement always gives a row");
  const { slotId, seen, position, blocked } = row;
  return { slotId: slotId === null ? null : BigInt(slotId), seen, position: position === null ? after : BigInt(position), blocked };
}

/** Sends the annotator's cursor back to the start of the queue, unless that was done in the last `seconds`. */
export async function restartScan(db: Transaction, poolId: string, annotatorId: string, seconds: number): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE "PoolCursor" SET "position" = 0, "rescannedAt" = now()
    WHERE "poolId" = ${poolId}::uuid AND "userId" = ${annotatorId}::uuid
      AND "rescannedAt" < now() - make_interval(secs => ${seconds})`;
  return changed > 0;
}

/**
 * Leases whichever slot of one comparison is open, for somebody who had it before: a heartbeat that woke up late, an
 * undone skip. Waits for a claim that is taking it at this moment. Null when none is open.
 */
export async function takeOpenSlot(tx: Transaction, holder: Holder, comparisonId: string, leaseId: string): Promise<bigint | null> {
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    WITH candidate AS (
      SELECT "id" FROM "Slot" WHERE "comparisonId" = ${comparisonId}::uuid AND "state" = 'open'
      ORDER BY "ordinal" LIMIT 1 FOR UPDATE
    )
    UPDATE "Slot" s SET "state" = 'leased', "annotatorId" = ${holder.annotatorId}::uuid, "leaseId" = ${leaseId}::uuid,
      "leaseTab" = ${holder.tab}, "leaseExpiresAt" = ${expiry()}, "leaseRenewedAt" = now()
    FROM candidate WHERE s."id" = candidate."id" RETURNING s."id"`;
  return rows[0]?.id ?? null;
}

/** Leases a slot that its own vote has just left, to the same annotator. */
export async function leaseAgain(tx: Transaction, holder: Holder, slotId: bigint): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Slot" SET "state" = 'leased', "leaseId" = ${uuidv7()}::uuid, "leaseTab" = ${holder.tab},
      "leaseExpiresAt" = ${expiry()}, "leaseRenewedAt" = now()
    WHERE "id" = ${slotId} AND "annotatorId" = ${holder.annotatorId}::uuid`;
}

/**
 * Waits until nobody else changes this annotator's answer to this comparison, and holds it until the transaction ends.
 * Submit, undo, regrade, skip and draft all begin here, so a double click is one thing after the other.
 */
export async function lockAnswer(tx: Transaction, comparisonId: string, annotatorId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${comparisonId}:${annotatorId}`}, 0))`;
}

/**
 * Gives the annotator's leased slot of a comparison back: to the end of the queue, or closed when the comparison or its
 * pool is archived. Those are locked first, as archiving does, so the two cannot pass each other unseen.
 */
export async function giveBack(tx: Transaction, comparisonId: string, annotatorId: string): Promise<boolean> {
  const [home] = await tx.$queryRaw<{ archived: boolean }[]>`
    SELECT coalesce(c."archivedAt", p."archivedAt") IS NOT NULL AS "archived"
    FROM "Comparison" c JOIN "Pool" p ON p."id" = c."poolId" WHERE c."id" = ${comparisonId}::uuid FOR SHARE OF c, p`;
  const state = home?.archived ? Prisma.sql`'closed'` : Prisma.sql`'open'`;
  const changed = await tx.$executeRaw`
    UPDATE "Slot" SET "state" = ${state}, "position" = nextval('slot_position'), "annotatorId" = NULL, "leaseId" = NULL,
      "leaseTab" = NULL, "leaseExpiresAt" = NULL, "leaseRenewedAt" = NULL
    WHERE "comparisonId" = ${comparisonId}::uuid AND "annotatorId" = ${annotatorId}::uuid AND "state" = 'leased'`;
  if (changed > 0) await fillFromExtras(tx, idList([comparisonId]));
  return changed > 0;
}

/**
 * Opens slots whose lease ran out. Rows that somebody is changing at this moment are left for the next sweep.
 * Returns how many were opened; call it again when that equals `limit`.
 */
export async function sweepExpired(tx: Transaction, limit = 500): Promise<number> {
  const rows = await tx.$queryRaw<{ comparisonId: string }[]>`
    WITH expired AS (
      SELECT s."id", coalesce(c."archivedAt", p."archivedAt") AS "archivedAt"
      FROM "Slot" s JOIN "Comparison" c ON c."id" = s."comparisonId" JOIN "Pool" p ON p."id" = s."poolId"
      WHERE s."state" = 'leased' AND s."leaseExpiresAt" < now()
      ORDER BY s."leaseExpiresAt" LIMIT ${limit} FOR UPDATE OF s SKIP LOCKED FOR SHARE OF c, p SKIP LOCKED
    )
    UPDATE "Slot" s SET "state" = CASE WHEN expired."archivedAt" IS NULL THEN 'open' ELSE 'closed' END::"SlotState",
      "position" = nextval('slot_position'), "annotatorId" = NULL, "leaseId" = NULL,
      "leaseTab" = NULL, "leaseExpiresAt" = NULL, "leaseRenewedAt" = NULL
    FROM expired WHERE s."id" = expired."id" RETURNING s."comparisonId"`;
  if (rows.length > 0) await fillFromExtras(tx, idList(rows.map((row) => row.comparisonId)));
  return rows.length;
}

const idList = (ids: string[]) => Prisma.sql`SELECT unnest(${ids}::uuid[])`;

/**
 * A slot that opens again on a comparison with extra votes is filled by the oldest of them. Without this it could wait
 * for ever: whoever gave an extra vote is not asked the same pair twice, and there may be nobody else. `comparisons` is a
 * query of their ids, as many as it finds: nothing of them is read here.
 */
export async function fillFromExtras(tx: Transaction, comparisons: Prisma.Sql): Promise<void> {
  await tx.$executeRaw(fillFromExtrasSql(comparisons));
}

export const fillFromExtrasSql = (comparisons: Prisma.Sql): Prisma.Sql => Prisma.sql`
    WITH extra AS MATERIALIZED (
      SELECT "id", "comparisonId", "annotatorId", "createdAt" FROM "Vote"
      WHERE "comparisonId" IN (${comparisons}) AND "status" = 'extra' FOR UPDATE SKIP LOCKED
    ), free AS MATERIALIZED (
      SELECT "id", "comparisonId", "ordinal" FROM "Slot"
      WHERE "comparisonId" IN (SELECT "comparisonId" FROM extra) AND "state" = 'open' FOR UPDATE SKIP LOCKED
    ), matched AS (
      SELECT e."id" AS "voteId", e."annotatorId", f."id" AS "slotId"
      FROM (SELECT *, row_number() OVER (PARTITION BY "comparisonId" ORDER BY "createdAt", "id") AS n FROM extra) e
      JOIN (SELECT *, row_number() OVER (PARTITION BY "comparisonId" ORDER BY "ordinal") AS n FROM free) f USING ("comparisonId", n)
    ), filled AS (
      UPDATE "Slot" s SET "state" = 'done', "annotatorId" = m."annotatorId" FROM matched m WHERE s."id" = m."slotId"
    ), counted AS (
      UPDATE "Vote" v SET "status" = 'counted', "slotId" = m."slotId", "updatedAt" = now()
      FROM matched m WHERE v."id" = m."voteId" RETURNING v."id", v."comparisonId"
    )
    INSERT INTO "AuditEntry" ("actorKind", "action", "subjectType", "subjectId", "detail")
    SELECT ${SYSTEM.kind}, ${"vote.count"}, 'vote', "id"::text,
      jsonb_build_object('comparisonId', "comparisonId", 'reason', 'A slot opened again.') FROM counted`;
