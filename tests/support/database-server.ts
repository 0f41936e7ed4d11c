import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    databaseServer: string;
    template: string;
  }
}

/**
 * One real PostgreSQL for all database tests, and one migrated database to copy from. The copy is named after the
 * content of the migrations, so that a changed migration can never meet an old schema.
 */
export default async function setup(project: TestProject) {
  process.env.TIEBREAK_DATA_DIR ??= path.resolve(".cache/test-data");
  process.env.LOG_LEVEL = "silent";
  const { startEmbedded, stopEmbedded } = await import("../../app/database/embedded.server");
  const { migrate } = await import("../../app/database/migrate.server");
  const server = process.env.TIEBREAK_TEST_DATABASE_URL ?? (await startEmbedded());
  const template = `template_${(await migrationsHash()).slice(0, 16)}`;
  await withClient(server, async (client) => {
    await client.query("SELECT pg_advisory_lock(41)");
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' OR datname LIKE 'test\\_%'",
    );
    for (const { datname } of rows.filter((row) => row.datname !== template)) await client.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
    if (rows.some((row) => row.datname === template)) return;
    await client.query(`CREATE DATABASE "${template}"`);
    await migrate(withDatabase(server, template));
  });
  project.provide("databaseServer", server);
  project.provide("template", template);
  return async () => {
    await stopEmbedded();
  };
}

export function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function migrationsHash(): Promise<string> {
  const hash = createHash("sha256");
  const dir = path.resolve("prisma/migrations");
  for (const name of (await readdir(dir)).sort()) {
    hash.update(name);
    if (!name.endsWith(".toml")) hash.update(await readFile(path.join(dir, name, "migration.sql")));
  }
  return hash.digest("hex");
}
