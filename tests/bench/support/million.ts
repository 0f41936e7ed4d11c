import { pool } from "../../../app/database/client.server";

/** Words by falling frequency: the first stands in nearly every prompt, the last in one of a hundred thousand. */
const WORD = `'w' || floor(exp(random() * ln(20000)))::int`;

/**
 * Fills an empty database with `prompts` prompts in eight pools, two responses and one comparison each, three places
 * per comparison, and counted votes on the older 60 %, as a year of work would leave them.
 */
export async function fillWithRows(prompts: number): Promise<void> {
  const client = await pool.connect();
  const run = (sql: string, values: unknown[] = []) => client.query(sql, values);
  // Foreign keys are not checked meanwhile: that would take longer than writing the rows.
  await run("SET session_replication_role = replica");
  await run(`INSERT INTO "User" ("id", "email", "name", "role", "pseudonym")
    SELECT gen_random_uuid(), 'p' || g || '@example.org', 'Person ' || g, 'annotator', 'annotator-' || g FROM generate_series(1, 50) g`);
  await run(
    `INSERT INTO "Pool" ("id", "name", "votesPerComparison", "updatedAt") SELECT gen_random_uuid(), 'Pool ' || g, 3, now() FROM generate_series(1, 8) g`,
  );
  await run(
    `CREATE TEMP TABLE made AS SELECT g, gen_random_uuid() AS prompt, gen_random_uuid() AS a, gen_random_uuid() AS b, gen_random_uuid() AS comparison,
      now() - interval '365 days' + g * interval '365 days' / $1 AS at FROM generate_series(1, $1::int) g`,
    [prompts],
  );
  // Pools of very different sizes: the first has half of everything, the eighth less than one in a hundred.
  await run(`ALTER TABLE made ADD COLUMN pool uuid`);
  await run(`UPDATE made SET pool = p."id" FROM (SELECT "id", row_number() OVER (ORDER BY "name") AS n FROM "Pool") p
    WHERE p.n = LEAST(8, 1 + floor(log(2, (1 / (1 - ((made.g::bigint * 7919) % 1000) / 1000.0))::numeric)))`);
  await run(`INSERT INTO "Prompt" ("id", "poolId", "externalId", "contentHash", "messages", "excerpt", "turns", "createdAt", "archivedAt")
    SELECT prompt, pool, 'row-' || g, md5(g::text), jsonb_build_array(jsonb_build_object('role', 'user', 'content', t.text)), t.text, 1 + g % 4, at,
      CASE WHEN g % 200 = 0 THEN at END
    FROM made, LATERAL (SELECT string_agg(${WORD}, ' ') AS text FROM generate_series(1, 30) WHERE g > 0) t`);
  await run(`INSERT INTO "Response" ("id", "promptId", "modelName", "text", "contentHash", "createdAt")
    SELECT a, prompt, 'model-' || g % 5, 'One answer ' || g, 'a' || g, at FROM made
    UNION ALL SELECT b, prompt, 'model-' || 5 + g % 3, 'Another answer ' || g, 'b' || g, at FROM made`);
  await run(
    `INSERT INTO "Comparison" ("id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired", "round", "goldSide", "createdAt", "archivedAt")
    SELECT comparison, pool, prompt, a, b, 3, 1 + g * 6 / $1, CASE WHEN g % 500 = 0 THEN 0 END, at, CASE WHEN g % 200 = 0 THEN at END FROM made`,
    [prompts],
  );
  await run(
    `INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal", "state", "annotatorId")
    SELECT comparison, pool, n - 1, (CASE WHEN g < $1 * 0.6 THEN 'done' ELSE 'open' END)::"SlotState", CASE WHEN g < $1 * 0.6 THEN u."id" END
    FROM made, generate_series(1, 3) n JOIN (SELECT "id", row_number() OVER () AS k FROM "User") u ON u.k = n`,
    [prompts],
  );
  await run(`INSERT INTO "Flag" ("id", "comparisonId", "annotatorId", "reason")
    SELECT gen_random_uuid(), comparison, (SELECT "id" FROM "User" LIMIT 1), 'bad_prompt' FROM made WHERE g % 2000 = 0`);
  await run(`INSERT INTO "AuditEntry" ("at", "actorId", "actorKind", "action", "subjectType", "subjectId")
    SELECT at, u."id", 'user', (ARRAY['vote.submit', 'vote.regrade', 'vote.skip', 'pool.update'])[1 + floor(power(random(), 4) * 4)::int], 'comparison', comparison::text
    FROM made JOIN (SELECT "id", row_number() OVER () AS k FROM "User") u ON u.k = 1 + g % 50 ORDER BY g`);
  for (const table of ["Prompt", "Response", "Comparison", "Slot", "Flag", "AuditEntry", "User", "Pool"])
    await run(`VACUUM ANALYZE "${table}"`);
  await run("SET session_replication_role = origin");
  client.release();
}
