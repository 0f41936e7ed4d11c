import { db } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";
import { log } from "../log.server";

/**
 * Writes down that somebody is shown the models and votes of a prompt, or the rows of a release: what they answer there
 * from now on is not blind. Reading does not depend on it: on a full disk pages are shown, and votes are refused anyway.
 */
export async function recordOpened(userId: string, subjectId: string): Promise<void> {
  await db.opened
    .createMany({ data: [{ userId, subjectId }], skipDuplicates: true })
    .catch((error: unknown) => log.warn({ userId, subjectId, error: String(error) }, "What somebody opened could not be written down"));
}

/** Files of a release that hold its rows. */
const ROWS = /\.(jsonl|parquet)$/;

/** The same of a download: one file of a release, or all of them when none is named. */
export async function recordDownload(userId: string, number: number, file: string | undefined): Promise<void> {
  if (file !== undefined && !ROWS.test(file)) return;
  const { id } = await db.release.findUniqueOrThrow({ where: { number }, select: { id: true } });
  await recordOpened(userId, id);
}

/** Whether the person has opened the prompt of the comparison `c`, or rows of a release that has a vote on it. */
export const openedSql = (userId: string): Prisma.Sql => Prisma.sql`
  EXISTS (SELECT FROM "Opened" o WHERE o."userId" = ${userId}::uuid AND o."subjectId" = c."promptId")
  OR EXISTS (
    SELECT FROM "Vote" v JOIN "VoteRevision" r ON r."voteId" = v."id" JOIN "ReleaseItem" i ON i."revisionId" = r."id"
      JOIN "Opened" o ON o."userId" = ${userId}::uuid AND o."subjectId" = i."releaseId"
    WHERE v."comparisonId" = c."id")`;
