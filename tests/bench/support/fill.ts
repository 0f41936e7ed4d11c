import type pg from "pg";

/**
 * Runs `work`, which fills these empty or small tables, without what makes a million rows slow: foreign keys and triggers
 * are off, indexes other than primary keys are taken away and built at the end, and no write waits for the disk. When it
 * returns, the tables are as an application's are, vacuumed and analysed. For benchmarks' own databases only.
 */
export async function fillFast(client: pg.ClientBase, tables: string[], work: () => Promise<void>): Promise<void> {
  await serverSettings(client, { max_wal_size: "'16GB'", full_page_writes: "off" });
  await client.query(
    "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'",
  );
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS "name", pg_get_indexdef(indexrelid) AS "definition"
     FROM pg_index WHERE NOT indisprimary AND indrelid = ANY (SELECT format('%I', name)::regclass FROM unnest($1::text[]) AS name)`,
    [tables],
  );
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  await work();
  for (const { definition } of indexes) await client.query(definition);
  for (const table of tables) await client.query(`VACUUM ANALYZE "${table}"`);
  await client.query("RESET session_replication_role; RESET synchronous_commit; RESET maintenance_work_mem; RESET work_mem");
  await serverSettings(client, { max_wal_size: "DEFAULT", full_page_writes: "DEFAULT" });
  // What was written must not be flushed while something is measured.
  await client.query("CHECKPOINT");
}

async function serverSettings(client: pg.ClientBase, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await client.query(`ALTER SYSTEM SET ${name} = ${value}`);
  await client.query("SELECT pg_reload_conf()");
}
