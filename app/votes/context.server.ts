import type { Place } from "../annotate/schema";
import { prepared } from "../database/prepared.server";
import { type EditPolicy, Prisma } from "../generated/prisma/client";
import { pairGone } from "../assignment/gone.server";
import { type Side, leftSideFor } from "../assignment/secret.server";
import { openedSql } from "./opened.server";

/** What an answer to a comparison is checked and recorded against. Nothing here changes while the answer is made. */
export type AnswerContext = {
  comparisonId: string;
  poolId: string;
  editPolicy: EditPolicy;
  /** Null when the pool has no guidelines. */
  latestGuideline: number | null;
  /** By side. */
  responses: [{ id: string; text: string }, { id: string; text: string }];
  leftSide: Side;
  /** The annotator's account has been shown models or votes of the prompt. */
  unblinded: boolean;
};

type Row = Pick<AnswerContext, "poolId" | "editPolicy" | "latestGuideline" | "unblinded"> & {
  idA: string;
  textA: string;
  idB: string;
  textB: string;
};

export async function answerContext(comparisonId: string, annotatorId: string): Promise<AnswerContext> {
  const [row] = await prepared<Row>(Prisma.sql`
    SELECT c."poolId", p."editPolicy"::text AS "editPolicy",
      (SELECT max("version") FROM "Guideline" g WHERE g."poolId" = c."poolId") AS "latestGuideline",
      a."id" AS "idA", a."text" AS "textA", b."id" AS "idB", b."text" AS "textB", (${openedSql(annotatorId)}) AS "unblinded"
    FROM "Comparison" c JOIN "Pool" p ON p."id" = c."poolId"
    JOIN "Response" a ON a."id" = c."responseAId" JOIN "Response" b ON b."id" = c."responseBId"
    WHERE c."id" = ${comparisonId}::uuid`);
  if (!row) throw pairGone();
  const { poolId, editPolicy, latestGuideline, unblinded, idA, textA, idB, textB } = row;
  const leftSide = await leftSideFor(comparisonId, annotatorId);
  const responses: AnswerContext["responses"] = [
    { id: idA, text: textA },
    { id: idB, text: textB },
  ];
  return { comparisonId, poolId, editPolicy, latestGuideline, responses, leftSide, unblinded };
}

/** The browser says left or right; the side that is recorded is the response's own. */
export const sideAt = (place: Place, leftSide: Side): Side => ((place === "left") === (leftSide === 0) ? 0 : 1);

/** Null where there is no side: of a tie, of an undo. */
export const placeOf = (side: number | null, leftSide: number): Place | null =>
  side === null ? null : side === leftSide ? "left" : "right";
