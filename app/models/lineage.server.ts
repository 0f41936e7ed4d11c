import { pool } from "../database/client.server";

export type Relative = { id: string; name: string; task: string; depth: number; jobId: string | null; jobNumber: number | null };
export type UsedRelease = { id: string; number: number; name: string; votes: number; models: string[] };

const COLUMNS = `m."id", m."name", m."task"::text AS "task", min(f."depth")::int AS "depth", j."id" AS "jobId", j."number" AS "jobNumber"`;

/** `up`: what the model was made from, the nearest first. `down`: what was made from it. Cycles cannot hang it: depth ends at 50. */
async function family(id: string, direction: "up" | "down"): Promise<Relative[]> {
  const [from, to] = direction === "up" ? ["childId", "parentId"] : ["parentId", "childId"];
  const { rows } = await pool.query<Relative>(
    `WITH RECURSIVE family("id", "depth") AS (
       SELECT "${to}", 1 FROM "ModelParent" WHERE "${from}" = $1
       UNION SELECT p."${to}", f."depth" + 1 FROM family f JOIN "ModelParent" p ON p."${from}" = f."id" WHERE f."depth" < 50)
     SELECT ${COLUMNS} FROM family f JOIN "Model" m ON m."id" = f."id" LEFT JOIN "Job" j ON j."id" = m."jobId"
     GROUP BY m."id", j."id" ORDER BY "depth", m."createdAt" DESC, m."id"`,
    [id],
  );
  return rows;
}

export const ancestors = (modelId: string) => family(modelId, "up");
export const descendants = (modelId: string) => family(modelId, "down");

/** The releases that a model learned from, its ancestors' too, each with how many votes stand in it. */
export async function releasesBehind(modelId: string): Promise<UsedRelease[]> {
  const { rows } = await pool.query<UsedRelease>(
    `WITH RECURSIVE family("id") AS (
       SELECT $1::uuid UNION SELECT p."parentId" FROM family f JOIN "ModelParent" p ON p."childId" = f."id")
     SELECT r."id", r."number", r."name", array_agg(m."name" ORDER BY m."createdAt") AS "models",
       (SELECT count(*)::int FROM "ReleaseItem" i WHERE i."releaseId" = r."id") AS "votes"
     FROM family f JOIN "Model" m ON m."id" = f."id" JOIN "Job" j ON j."id" = m."jobId" JOIN "Release" r ON r."id" = j."releaseId"
     GROUP BY r."id" ORDER BY r."number" DESC`,
    [modelId],
  );
  return rows;
}

/** The checkpoints that the votes on one comparison went into, by release and through all generations. */
export async function modelsBehindComparison(comparisonId: string): Promise<{ id: string; name: string; releaseNumber: number }[]> {
  const { rows } = await pool.query<{ id: string; name: string; releaseNumber: number }>(
    `WITH RECURSIVE family("id", "releaseNumber") AS (
       SELECT m."id", r."number" FROM "Vote" v JOIN "VoteRevision" vr ON vr."voteId" = v."id"
         JOIN "ReleaseItem" i ON i."revisionId" = vr."id" JOIN "Release" r ON r."id" = i."releaseId"
         JOIN "Job" j ON j."releaseId" = r."id" JOIN "Model" m ON m."jobId" = j."id"
       WHERE v."comparisonId" = $1
       UNION SELECT p."childId", f."releaseNumber" FROM family f JOIN "ModelParent" p ON p."parentId" = f."id")
     SELECT m."id", m."name", min(f."releaseNumber")::int AS "releaseNumber" FROM family f JOIN "Model" m ON m."id" = f."id"
     GROUP BY m."id" ORDER BY m."createdAt" DESC, m."id" LIMIT 200`,
    [comparisonId],
  );
  return rows;
}
