import { randomUUID } from "node:crypto";
import pg from "pg";
import { log } from "../log.server";
import { StartError } from "../start-error.mjs";
import { connectAtStart } from "./connect.server";
import { knownMigrations, type Migration } from "./migrations.server";
import { inDatabaseTurn } from "./turn.server";

/** Any number that no other program locks in this database; it makes processes migrate one after another. */
const LOCK = 7_253_001;

type Options = {
  /** Called before anything is changed in a database that holds something already. */
  before?: (pending: string[]) => Promise<unknown>;
  known?: Migration[];
};

/**
 * Applies the migrations that the database lacks, and returns their names. Two processes may call it at once. The table is
 * Prisma's own, so its command line works on the same database. Each migration and the row that says so are one transaction:
 * a failure or a kill leaves nothing of it, and the next start tries again. Throws StartError, in PostgreSQL's own words.
 */
export async function migrate(databaseUrl: string, { before, known }: Options = {}): Promise<string[]> {
  const [turn, client] = [await connectAtStart(databaseUrl, "tiebreak turn"), await connectAtStart(databaseUrl, "tiebreak migration")];
  try {
    return await inDatabaseTurn(turn, LOCK, "bringing the database up to date", async () => {
      const all = known ?? (await knownMigrations());
      const applied = await appliedMigrations(client);
      refuseNewer(applied, all);
      const pending = all.filter(({ name }) => !applied.has(name));
      if (pending.length > 0) await requireUtf8(client);
      if (pending.length > 0 && applied.size > 0) await before?.(pending.map(({ name }) => name));
      for (const migration of pending) await apply(client, migration);
      return pending.map(({ name }) => name);
    });
  } finally {
    await Promise.all([turn.end(), client.end()]);
  }
}

/** The table as Prisma makes it. */
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

/**
 * What the database has. Prisma's own engine notes that a migration begins, applies it, and notes that it did: a row that was left
 * unfinished says which of the two it was. A database that is up to date is only read, as a role may have no other right.
 */
async function appliedMigrations(client: pg.Client): Promise<Set<string>> {
  const { rows: there } = await client.query<{ found: string | null }>(`SELECT to_regclass('"_prisma_migrations"')::text AS found`);
  if (!there[0]?.found) {
    await client.query(TABLE).catch((error: unknown) => fail(error, client));
    return new Set();
  }
  const { rows } = await client.query<{ name: string; finished: boolean; steps: number }>(
    `SELECT "migration_name" AS name, "finished_at" IS NOT NULL AS finished, "applied_steps_count" AS steps
     FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL`,
  );
  if (rows.some(({ finished }) => !finished)) await clearUnfinished(client);
  return new Set(rows.filter(({ finished, steps }) => finished || steps > 0).map(({ name }) => name));
}

async function clearUnfinished(client: pg.Client): Promise<void> {
  const unfinished = `"finished_at" IS NULL AND "rolled_back_at" IS NULL`;
  await client.query(`UPDATE "_prisma_migrations" SET "finished_at" = now() WHERE ${unfinished} AND "applied_steps_count" > 0`);
  await client.query(`UPDATE "_prisma_migrations" SET "rolled_back_at" = now() WHERE ${unfinished}`);
}

function refuseNewer(applied: Set<string>, known: Migration[]): void {
  const names = new Set(known.map(({ name }) => name));
  const foreign = [...applied].filter((name) => !names.has(name)).sort();
  if (foreign.length === 0) return;
  throw new StartError(
    `This database is of a newer Tiebreak than this one: it has the migration ${foreign.at(-1)}, which is not known here. ` +
      "Start the newer version, or restore the backup that it made before it changed the database (npm run tiebreak -- restore --help).",
  );
}

async function requireUtf8(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>("SHOW server_encoding");
  const encoding = rows[0]?.server_encoding;
  if (encoding === "UTF8") return;
  throw new StartError(
    `The database "${client.database}" keeps texts as ${encoding}, which has no place for most of the world's writing. ` +
      `Make one with UTF8: CREATE DATABASE "${client.database}" ENCODING 'UTF8' TEMPLATE template0;`,
  );
}

/** Another connection may be in the middle of something that the migration has to wait for; so long, and so often. */
const LOCK_TIMEOUT = "30s";
const TRIES = 3;
const LOCK_NOT_AVAILABLE = "55P03";

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query("BEGIN");
      await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
      await client.query(sql);
      await client.query(
        `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count") VALUES ($1, $2, $3, clock_timestamp(), 1)`,
        [randomUUID(), checksum, name],
      );
      return void (await client.query("COMMIT"));
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      if (tries >= TRIES || codeOf(error) !== LOCK_NOT_AVAILABLE) await fail(error, client, name);
      log.warn({ migration: name }, "A migration waits for a table that another connection holds");
    }
  }
}

const codeOf = (error: unknown) => (error instanceof pg.DatabaseError ? error.code : undefined);

async function fail(error: unknown, client: pg.Client, name?: string): Promise<never> {
  if (!(error instanceof pg.DatabaseError)) throw error;
  const said = [error.message, error.detail, error.hint].filter(Boolean).join(". ");
  const what = name ? `The migration ${name} failed, and nothing of it was kept` : `The database "${client.database}" cannot be set up`;
  throw new StartError(`${what}. PostgreSQL says: ${said}. ${await remedy(error.code, client)}`);
}

async function remedy(code: string | undefined, client: pg.Client): Promise<string> {
  if (code === "42501") return `Let its role make tables there: GRANT CREATE ON SCHEMA public TO "${client.user}";`;
  if (code === "53100") return "Make room on the database's disk, and start again.";
  if (code !== LOCK_NOT_AVAILABLE) return "The version before this one still runs on it; please report what PostgreSQL said.";
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 3`,
  );
  const holders = rows.map(({ pid }) => `SELECT pg_terminate_backend(${pid});`).join(" ");
  return `Stop the other processes of Tiebreak first. The oldest open transactions can be ended with: ${holders}`;
}
