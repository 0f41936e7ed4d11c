import { pool } from "../database/client.server";

export type Relative = { id: string; name: string; task: string; depth: number; jobId: string | null; jobNumber: number | null };
export type UsedRelease = { id: string; number: number; name: string; votes: number; models: string[]; modelsTotal: number };
/** The nearest or latest of a list that may be long, and how long it is. */
export type Some<Row> = { rows: Row[]; total: number };
const MOST = 50;
const NAMES = 5;

/** Each row of the query carries the number of all rows as `total`. */
function some<Row>(found: (Row & { total: number })[]): Some<Row> {
  return { rows: found.map(({ total: _, ...row }) => row as unknown as Row), total: found[0]?.total ?? 0 };
}

const COLUMNS = `m."id", m."name", m."task"::text AS "task", min(f."depth")::int AS "depth", j."id" AS "jobId", j."number" AS "jobNumber"`;

/** `up`: what the model was made from, the nearest first. `down`: what was made from it. Cycles cannot hang it: depth ends at 50. */
async function family(id: string, direction: "up" | "down"): Promise<Some<Relative>> {
  const [from, to] = direction === "up" ? ["childId", "parentId"] : ["parentId", "childId"];
  const { rows } = await pool.query<Relative & { total: number }>(
    `WITH RECURSIVE family("id", "depth") AS (
       SELECT "${to}", 1 FROM "ModelParent" WHERE "${from}" = $1
       UNION SELECT p."${to}", f."depth" + 1 FROM family f JOIN "ModelParent" p ON p."${from}" = f."id" WHERE f."depth" < 50)
     SELECT ${COLUMNS}, count(*) OVER ()::int AS "total" FROM family f JOIN "Model" m ON m."id" = f."id" LEFT JOIN "Job" j ON j."id" = m."jobId"
     GROUP BY m."id", j."id" ORDER BY "depth", m."createdAt" DESC, m."id" LIMIT ${MOST}`,
    [id],
  );
  return some(rows);
}

export const ancestors = (modelId: string) => family(modelId, "up");
export const descendants = (modelId: string) => family(modelId, "down");

/** The releases that a model learned from, its ancestors' too, each with how many votes stand in it. */
export async function releasesBehind(modelId: string): Promise<Some<UsedRelease>> {
  const { rows } = await pool.query<UsedRelease & { total: number }>(
    `WITH RECURSIVE family("id") AS (
       SELECT $1::uuid UNION SELECT p."parentId" FROM family f JOIN "ModelParent" p ON p."childId" = f."id")
     SELECT r."id", r."number", r."name", (array_agg(m."name" ORDER BY m."createdAt"))[1:${NAMES}] AS "models", count(*)::int AS "modelsTotal",
       COALESCE((r."manifest" -> 'counts' ->> 'votes')::int, 0) AS "votes", count(*) OVER ()::int AS "total"
     FROM family f JOIN "Model" m ON m."id" = f."id" JOIN "Job" j ON j."id" = m."jobId" JOIN "Release" r ON r."id" = j."releaseId"
     GROUP BY r."id" ORDER BY r."number" DESC LIMIT ${MOST}`,
    [modelId],
  );
  return some(rows);
}

export type TrainedModel = { id: string; name: string; releaseNumber: number };

/** The checkpoints that the votes on one comparison went into, by release and through all generations. */
export async function modelsBehindComparison(comparisonId: string): Promise<Some<TrainedModel>> {
  const { rows } = await pool.query<TrainedModel & { total: number }>(
    `WITH RECURSIVE family("id", "releaseNumber") AS (
       SELECT m."id", r."number" FROM "Vote" v JOIN "VoteRevision" vr ON vr."voteId" = v."id"
         JOIN "ReleaseItem" i ON i."revisionId" = vr."id" JOIN "Release" r ON r."id" = i."releaseId"
         JOIN "Job" j ON j."releaseId" = r."id" JOIN "Model" m ON m."jobId" = j."id"
       WHERE v."comparisonId" = $1
       UNION SELECT p."childId", f."releaseNumber" FROM family f JOIN "ModelParent" p ON p."parentId" = f."id")
     SELECT m."id", m."name", min(f."releaseNumber")::int AS "releaseNumber", count(*) OVER ()::int AS "total" FROM family f JOIN "Model" m ON m."id" = f."id"
     GROUP BY m."id" ORDER BY m."createdAt" DESC, m."id" LIMIT ${MOST}`,
    [comparisonId],
  );
  return some(rows);
}
