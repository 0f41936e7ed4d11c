import { pool } from "../../../app/database/client.server";
import { fillFast } from "./fill";

/** Words by falling frequency: the first stands in nearly every prompt, the last in one of a hundred thousand. */
const WORD = `'w' || floor(exp(random() * ln(20000)))::int`;

/** A row of `made` per prompt. Ids rise with time, as the application's own do. Pools are of very different sizes: the first has half of everything, the eighth less than one in a hundred. */
const MADE = `
  CREATE TEMP TABLE made AS
  SELECT g, uuidv7(at - now()) AS prompt, uuidv7(at - now()) AS a, uuidv7(at - now()) AS b, uuidv7(at - now()) AS comparison, at, p."id" AS pool
  FROM generate_series(1, $1::int) g CROSS JOIN LATERAL (SELECT now() - interval '365 days' + g * interval '365 days' / $1 AS at) t
  JOIN (SELECT "id", row_number() OVER (ORDER BY "name") AS n FROM "Pool") p
    ON p.n = LEAST(8, 1 + floor(log(2, (1 / (1 - ((g::bigint * 7919) % 1000) / 1000.0))::numeric)))
  ORDER BY g`;

const ROWS = [
  `INSERT INTO "Prompt" ("id", "poolId", "externalId", "contentHash", "messages", "excerpt", "turns", "createdAt", "archivedAt")
   SELECT prompt, pool, 'row-' || g, md5(g::text), jsonb_build_array(jsonb_build_object('role', 'user', 'content', t.text)), t.text, 1 + g % 4, at,
     CASE WHEN g % 200 = 0 THEN at END
   FROM made, LATERAL (SELECT string_agg(${WORD}, ' ') AS text FROM generate_series(1, 30) WHERE g > 0) t`,
  `INSERT INTO "Response" ("id", "promptId", "modelName", "text", "contentHash", "createdAt")
   SELECT r.id, prompt, r.model, r.text || g, r.hash || g, at
   FROM made, LATERAL (VALUES (a, 'model-' || g % 5, 'One answer ', 'a'), (b, 'model-' || 5 + g % 3, 'Another answer ', 'b')) r (id, model, text, hash)`,
  `INSERT INTO "Comparison" ("id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired", "round", "goldSide", "createdAt", "archivedAt")
   SELECT comparison, pool, prompt, a, b, 3, 1 + g * 6 / (SELECT count(*) FROM made), CASE WHEN g % 500 = 0 THEN 0 END, at,
     CASE WHEN g % 200 = 0 THEN at END FROM made`,
  `INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal", "state", "annotatorId")
   SELECT comparison, pool, u.k - 1, CASE WHEN old THEN 'done' ELSE 'open' END::"SlotState", CASE WHEN old THEN u."id" END
   FROM (SELECT *, g < (SELECT count(*) FROM made) * 0.6 AS old FROM made) m,
     (SELECT "id", row_number() OVER () AS k FROM "User" LIMIT 3) u ORDER BY g, u.k`,
  `INSERT INTO "Flag" ("id", "comparisonId", "annotatorId", "reason")
   SELECT gen_random_uuid(), comparison, (SELECT "id" FROM "User" LIMIT 1), 'bad_prompt' FROM made WHERE g % 2000 = 0`,
  `INSERT INTO "AuditEntry" ("at", "actorId", "actorKind", "action", "subjectType", "subjectId")
   SELECT at, u."id", 'user', (ARRAY['vote.submit', 'vote.regrade', 'vote.skip', 'pool.update'])[1 + floor(power(random(), 4) * 4)::int], 'comparison', comparison::text
   FROM made JOIN (SELECT "id", row_number() OVER () AS k FROM "User") u ON u.k = 1 + g % 50 ORDER BY g`,
];

/**
 * Fills an empty database with `prompts` prompts in eight pools, two responses and one comparison each, three places
 * per comparison, and places taken on the older 60 %, as a year of work would leave them.
 */
export async function fillWithRows(prompts: number): Promise<void> {
  const client = await pool.connect();
  await client.query(`INSERT INTO "User" ("id", "email", "name", "role", "pseudonym")
    SELECT gen_random_uuid(), 'p' || g || '@example.org', 'Person ' || g, 'annotator', 'annotator-' || g FROM generate_series(1, 50) g`);
  await client.query(
    `INSERT INTO "Pool" ("id", "name", "votesPerComparison", "updatedAt") SELECT gen_random_uuid(), 'Pool ' || g, 3, now() FROM generate_series(1, 8) g`,
  );
  await fillFast(client, ["Prompt", "Response", "Comparison", "Slot", "Flag", "AuditEntry"], async () => {
    await client.query(MADE, [prompts]);
    for (const statement of ROWS) await client.query(statement);
  });
  await client.query("DROP TABLE made");
  await client.query(`ANALYZE "User", "Pool"`);
  client.release();
}
