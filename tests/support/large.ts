import { pool as pg } from "../../app/database/client.server";
import type { Ids } from "../browser/route-table";

/** More of everything than any page or query may read at once. */
export const MANY = 1300;

const uuid = "gen_random_uuid()";

/**
 * Makes 1,300 of everything that a page could list, behind the rows that `ids` names: people, pools, responses and comparisons
 * of one prompt, votes and revisions of one comparison, releases, jobs, models, files, and so on.
 */
export async function enlarge(ids: Ids): Promise<void> {
  const client = await pg.connect();
  const sql = (text: string) => client.query(text.replaceAll("$MANY", String(MANY)));
  const { pool, prompt, comparison, vote, person, model, job, release } = ids;
  const releaseId = `(SELECT "id" FROM "Release" WHERE "number" = ${release})`;
  try {
    await client.query("BEGIN");
    await sql(`CREATE TEMP TABLE n ON COMMIT DROP AS SELECT generate_series(1, $MANY) AS i`);
    // People: with accounts, and known from imports.
    await sql(`INSERT INTO "User" ("id", "email", "name", "role", "pseudonym", "imported")
      SELECT ${uuid}, 'p' || i || k || '@example.org', 'Person ' || i, 'annotator', 'many-' || i || '-' || k, k FROM n, (VALUES (false), (true)) AS kinds(k)`);
    await sql(
      `CREATE TEMP TABLE people ON COMMIT DROP AS SELECT "id", row_number() OVER () AS i FROM "User" WHERE "pseudonym" LIKE 'many-%-false'`,
    );
    await sql(`INSERT INTO "Session" SELECT 'session-' || i, '${person}', now() + interval '1 day' FROM n`);
    await sql(`INSERT INTO "Invite" ("id", "tokenHash", "role", "createdById", "expiresAt")
      SELECT ${uuid}, 'hash-' || i, 'annotator', (SELECT "id" FROM "User" WHERE "role" = 'admin' LIMIT 1), now() + interval '1 day' FROM n`);
    await sql(`INSERT INTO "ApiToken" ("id", "name", "tokenHash", "scopes", "createdById")
      SELECT ${uuid}, 'Token ' || i, 'token-' || i || k, ARRAY[k], (SELECT "id" FROM "User" WHERE "role" = 'admin' LIMIT 1) FROM n, (VALUES ('import'), ('worker')) AS kinds(k)`);
    // Pools, and one with many members and versions.
    await sql(`INSERT INTO "Pool" ("id", "name", "updatedAt") SELECT ${uuid}, 'Pool ' || i, now() FROM n`);
    await sql(`INSERT INTO "PoolMember" SELECT p."id", '${person}' FROM "Pool" p UNION SELECT '${pool}', "id" FROM people`);
    await sql(
      `INSERT INTO "Guideline" ("id", "poolId", "version", "body") SELECT ${uuid}, '${pool}', i + 10, repeat('Be kind. ', 300) || i FROM n`,
    );
    // One prompt with many responses and comparisons, each of a round of its own.
    await sql(`INSERT INTO "Response" ("id", "promptId", "modelName", "text", "contentHash")
      SELECT ${uuid}, '${prompt}', 'model-' || i, repeat('Much to say. ', 500), 'hash-' || i FROM n`);
    await sql(
      `CREATE TEMP TABLE answers ON COMMIT DROP AS SELECT "id", row_number() OVER () AS i FROM "Response" WHERE "promptId" = '${prompt}'`,
    );
    await sql(`INSERT INTO "Comparison" ("id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired", "round", "goldSide")
      SELECT ${uuid}, '${pool}', '${prompt}', a."id", b."id", 100, a.i, 0 FROM answers a JOIN answers b ON b.i = a.i + 2`);
    await sql(
      `INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal") SELECT "id", "poolId", g FROM "Comparison", generate_series(10, 24) g WHERE "promptId" = '${prompt}'`,
    );
    // One comparison with many votes, flags, skips and drafts, and one vote with many revisions.
    await sql(`INSERT INTO "Vote" ("id", "comparisonId", "annotatorId", "status", "updatedAt")
      SELECT ${uuid}, '${comparison}', "id", 'extra', now() FROM people`);
    await sql(`INSERT INTO "VoteRevision" ("id", "voteId", "number", "kind", "side", "strength", "leftSide", "idempotencyKey")
      SELECT ${uuid}, "id", 1, 'submit', 0, 'better', 0, 'key-' || "id" FROM "Vote" WHERE "comparisonId" = '${comparison}' AND "status" = 'extra'`);
    await sql(`UPDATE "Vote" v SET "currentId" = r."id" FROM "VoteRevision" r WHERE r."voteId" = v."id" AND v."currentId" IS NULL`);
    await sql(`INSERT INTO "VoteRevision" ("id", "voteId", "number", "kind", "side", "strength", "leftSide", "idempotencyKey")
      SELECT ${uuid}, '${vote}', i + 10, 'regrade', 0, 'better', 0, 'again-' || i FROM n`);
    for (const table of ["Flag", "Skip"])
      await sql(`INSERT INTO "${table}" (${table === "Flag" ? '"id", ' : ""}"comparisonId", "annotatorId", "reason")
        SELECT ${table === "Flag" ? `${uuid}, ` : ""}'${comparison}', "id", 'duplicate' FROM people`);
    await sql(`INSERT INTO "Draft" SELECT '${comparison}', "id", 1, 'tab', '{}', now() FROM people`);
    // One person with many votes and skips.
    await sql(`INSERT INTO "Vote" ("id", "comparisonId", "annotatorId", "status", "currentId", "updatedAt")
      SELECT ${uuid}, "id", '${person}', 'extra', NULL, now() FROM "Comparison" WHERE "promptId" = '${prompt}' AND "round" % 2 = 0 ON CONFLICT DO NOTHING`);
    await sql(
      `INSERT INTO "Skip" ("comparisonId", "annotatorId", "reason") SELECT "id", '${person}', 'other' FROM "Comparison" WHERE "promptId" = '${prompt}' AND "round" % 2 = 1 ON CONFLICT DO NOTHING`,
    );
    // Imports, releases, jobs, models and their files.
    await sql(`INSERT INTO "ImportRun" ("id", "poolId", "fileName", "format", "options", "status")
      SELECT ${uuid}, '${pool}', i || '.jsonl', 'jsonl', '{"pairs":{"rule":"all"},"round":1,"sha256":"x"}', 'failed' FROM n`);
    await sql(
      `INSERT INTO "Release" ("id", "name", "options", "status") SELECT ${uuid}, 'Release ' || i, jsonb_build_object('pools', (SELECT jsonb_agg("id") FROM "Pool")), 'failed' FROM n`,
    );
    await sql(
      `UPDATE "Release" SET "options" = "options" || jsonb_build_object('pools', (SELECT jsonb_agg("id") FROM "Pool")) WHERE "number" = ${release}`,
    );
    await sql(
      `INSERT INTO "ReleaseItem" SELECT r."id", v."id" FROM "Release" r, LATERAL (SELECT "id" FROM "VoteRevision" WHERE "voteId" = '${vote}' ORDER BY "number" DESC LIMIT 1) v`,
    );
    await sql(`INSERT INTO "Job" ("id", "name", "type", "status", "params", "baseModelId", "releaseId", "retryOfId")
      SELECT ${uuid}, 'Job ' || i, 'train_rm', 'done', '{}', '${model}', ${releaseId}, '${job}' FROM n`);
    await sql(
      `INSERT INTO "Model" ("id", "name", "kind", "task", "jobId") SELECT ${uuid}, 'model ' || "number", 'checkpoint', 'causal', "id" FROM "Job" WHERE "name" LIKE 'Job %'`,
    );
    await sql(`INSERT INTO "ModelParent" SELECT "id", '${model}' FROM "Model" WHERE "name" LIKE 'model %'`);
    await sql(`INSERT INTO "Model" ("id", "name", "kind", "task") SELECT ${uuid}, 'ancestor ' || i, 'checkpoint', 'causal' FROM n`);
    await sql(`INSERT INTO "ModelParent" SELECT '${model}', "id" FROM "Model" WHERE "name" LIKE 'ancestor %'`);
    await sql(`INSERT INTO "Artifact" SELECT 'sha-' || i, 10 FROM n`);
    await sql(`INSERT INTO "ModelFile" SELECT '${model}', 'shard-' || i, 'sha-' || i FROM n`);
    await sql(`INSERT INTO "JobFile" SELECT '${job}', 'file-' || i, 'sha-' || i FROM n`);
    await sql(
      `INSERT INTO "JobMetric" ("jobId", "seq", "step", "values") SELECT '${job}'::uuid, i, i, CASE i % 2 WHEN 0 THEN '{"eval_loss": 1}'::jsonb ELSE '{"loss": 1}'::jsonb END FROM generate_series(1, 2 * $MANY) i`,
    );
    await sql(`UPDATE "Job" SET "metricSeq" = 2 * $MANY, "logBytes" = $MANY * 100 WHERE "id" = '${job}'`);
    await sql(`INSERT INTO "JobLog" SELECT '${job}', (i - 1) * 100, repeat('x', 99) || chr(10) FROM n`);
    await sql(
      `INSERT INTO "Worker" ("id", "name", "tokenId", "protocolVersion", "version", "hardware") SELECT ${uuid}, 'worker ' || i, t."id", 1, '1', '{}' FROM n, (SELECT "id" FROM "ApiToken" WHERE "scopes" = ARRAY['worker'] LIMIT 1) t`,
    );
    await sql(
      `UPDATE "Job" SET "workerId" = (SELECT "id" FROM "Worker" LIMIT 1), "status" = 'running', "leaseExpiresAt" = now() + interval '1 hour' WHERE "number" % 2 = 0`,
    );
    await sql(
      `INSERT INTO "AuditEntry" ("actorKind", "action", "subjectType", "subjectId") SELECT 'system', 'comparison.archive', 'comparison', '${comparison}' FROM n`,
    );
    await client.query("COMMIT");
    await client.query("ANALYZE");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
