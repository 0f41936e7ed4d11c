import type { Message, Pair, PairPool } from "../annotate/schema";
import { prepared } from "../database/prepared.server";
import { toDraft } from "../drafts/draft";
import { Prisma } from "../generated/prisma/client";
import { leftSideFor, signLease } from "./secret.server";

type Row = {
  comparisonId: string;
  leaseId: string;
  leaseExpiresAt: Date;
  poolId: string;
  poolName: string;
  editPolicy: PairPool["editPolicy"];
  capability: string;
  language: string;
  guidelineVersion: number | null;
  messages: Message[];
  textA: string;
  textB: string;
  draftVersion: number | null;
  draftTab: string | null;
  draftUpdatedAt: Date | null;
  draftContent: unknown;
};

const columns = Prisma.sql`
  s."comparisonId", s."leaseId", s."leaseExpiresAt", p."id" AS "poolId", p."name" AS "poolName", p."editPolicy"::text AS "editPolicy",
  p."capability", p."language", (SELECT max(g."version") FROM "Guideline" g WHERE g."poolId" = p."id") AS "guidelineVersion",
  q."messages", a."text" AS "textA", b."text" AS "textB",
  d."version" AS "draftVersion", d."tab" AS "draftTab", d."updatedAt" AS "draftUpdatedAt", d."content" AS "draftContent"`;

/**
 * The pairs behind these slots, as this annotator may see them: no model, no gold answer, sides shuffled. Those with
 * work in them come first, then the longest held.
 */
export async function loadPairs(annotatorId: string, slotIds: bigint[]): Promise<Pair[]> {
  if (slotIds.length === 0) return [];
  const rows = await prepared<Row>(Prisma.sql`
    SELECT ${columns} FROM "Slot" s
    JOIN "Pool" p ON p."id" = s."poolId"
    JOIN "Comparison" c ON c."id" = s."comparisonId"
    JOIN "Prompt" q ON q."id" = c."promptId"
    JOIN "Response" a ON a."id" = c."responseAId"
    JOIN "Response" b ON b."id" = c."responseBId"
    LEFT JOIN "Draft" d ON d."comparisonId" = s."comparisonId" AND d."annotatorId" = s."annotatorId"
    WHERE s."id" = ANY(${slotIds}::bigint[]) AND s."annotatorId" = ${annotatorId}::uuid AND s."state" = 'leased'
    ORDER BY d."comparisonId" IS NULL, s."leaseId"`);
  return await Promise.all(rows.map((row) => pairOf(row, annotatorId)));
}

async function pairOf(row: Row, annotatorId: string): Promise<Pair> {
  const [left, right] =
    (await leftSideFor(row.comparisonId, annotatorId)) === 0 ? ([row.textA, row.textB] as const) : ([row.textB, row.textA] as const);
  return {
    comparisonId: row.comparisonId,
    leaseId: await signLease(row.leaseId, row.comparisonId, annotatorId),
    leaseExpiresAt: row.leaseExpiresAt.toISOString(),
    pool: {
      id: row.poolId,
      name: row.poolName,
      editPolicy: row.editPolicy,
      capability: row.capability,
      language: row.language,
      guidelineVersion: row.guidelineVersion,
    },
    messages: row.messages,
    left: { text: left },
    right: { text: right },
    draft: draftOf(row),
  };
}

function draftOf({ draftVersion, draftTab, draftUpdatedAt, draftContent }: Row): Pair["draft"] {
  if (draftVersion === null || !draftTab || !draftUpdatedAt) return null;
  return toDraft({ version: draftVersion, tab: draftTab, updatedAt: draftUpdatedAt, content: draftContent });
}
