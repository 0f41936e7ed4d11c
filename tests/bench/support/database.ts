import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type pg from "pg";
import { fillFast } from "./fill";

/** An empty, migrated database in a data folder of its own, which is removed afterwards. Import the application's modules inside `work`. */
export async function withBenchDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "tiebreak-bench-"));
  process.env.TIEBREAK_DATA_DIR = dataDir;
  process.env.LOG_LEVEL ??= "error";
  await chmod(dataDir, 0o755);
  const { startEmbedded, stopEmbedded } = await import("../../../app/database/embedded.server");
  const { migrate } = await import("../../../app/database/migrate.server");
  try {
    const url = await startEmbedded();
    await migrate(url);
    return await work(url);
  } finally {
    await stopEmbedded();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/**
 * A pool of comparisons, each with a prompt, two responses of 330 characters and its open slots, in the order that an
 * import writes them. Returns the pool's id.
 */
export async function fillPool(client: pg.Client, name: string, comparisons: number, votes: number): Promise<string> {
  const pool = `md5('${name}')::uuid`;
  await client.query(`INSERT INTO "Pool" ("id", "name", "votesPerComparison", "updatedAt") VALUES (${pool}, '${name}', ${votes}, now())`);
  await client.query(`INSERT INTO "Guideline" ("id", "poolId", "version", "body") VALUES (gen_random_uuid(), ${pool}, 1, 'Be fair.')`);
  await fillFast(client, ["Prompt", "Response", "Comparison", "Slot"], async () => {
    for (const statement of comparisonsOf(name, pool, comparisons, votes)) await client.query(statement);
  });
  const { rows } = await client.query<{ id: string }>(`SELECT ${pool} AS "id"`);
  return rows[0]?.id ?? "";
}

function comparisonsOf(name: string, pool: string, comparisons: number, votes: number): string[] {
  // Rising, as the application's own ids are: random ones would make filling a million rows many times slower.
  const of = (kind: string) => `(substr(md5('${name}-${kind}'), 1, 8) || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid`;
  const each = `FROM generate_series(1, ${comparisons}) AS i`;
  const text = (kind: string) => `repeat(md5('${kind}' || i) || ' ', 10)`;
  const responses = ["a", "b"].map(
    (side) =>
      `INSERT INTO "Response" ("id", "promptId", "modelName", "text", "contentHash")
       SELECT ${of(side)}, ${of("prompt")}, 'model-${side}', ${text(side)}, lpad(to_hex(i), 64, '0') ${each}`,
  );
  return [
    `INSERT INTO "Prompt" ("id", "poolId", "contentHash", "messages", "excerpt")
     SELECT ${of("prompt")}, ${pool}, lpad(to_hex(i), 64, '0'), jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'Question ' || i)), 'Question ' || i ${each}`,
    ...responses,
    `INSERT INTO "Comparison" ("id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired")
     SELECT ${of("comparison")}, ${pool}, ${of("prompt")}, ${of("a")}, ${of("b")}, ${votes} ${each}`,
    `INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal")
     SELECT ${of("comparison")}, ${pool}, o FROM generate_series(1, ${comparisons}) AS i, generate_series(0, ${votes - 1}) AS o ORDER BY i, o`,
  ];
}

/** People who may sign in, each with an open session. Returns their ids and session cookies. */
export async function addPeople(client: pg.Client, count: number): Promise<{ id: string; cookie: string }[]> {
  const { hashToken, newToken } = await import("../../../app/auth/tokens.server");
  const people = Array.from({ length: count }, (_, n) => ({ n, token: newToken("tbs") }));
  const made = [];
  for (const { n, token } of people) {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO "User" ("id", "email", "name", "role", "pseudonym")
       VALUES (gen_random_uuid(), gen_random_uuid() || '@example.org', 'Person ' || $1::int, 'annotator', gen_random_uuid()) RETURNING "id"`,
      [n],
    );
    const id = rows[0]?.id ?? "";
    await client.query(`INSERT INTO "Session" ("id", "userId", "expiresAt") VALUES ($1, $2, now() + interval '1 day')`, [
      hashToken(token),
      id,
    ]);
    made.push({ id, cookie: `tiebreak_session=${token}` });
  }
  return made;
}
