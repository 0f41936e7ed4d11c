import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from } from "pg-copy-streams";
import { extract, type Header } from "tar-stream";
import type { z } from "zod";
import { connectAtStart } from "../database/connect.server";
import { migrate } from "../database/migrate.server";
import { knownMigrations } from "../database/migrations.server";
import { env } from "../env.server";
import { UserError } from "../errors";
import { type End, endSchema, type Manifest, manifestSchema } from "./archive.server";

type Entry = Readable & { header: Header };

/**
 * Brings a backup into an empty database and data folder. The tables are made as they were, filled in one transaction, checked
 * against what the backup says it holds, and only then brought to this version. Throws UserError, and nothing of the rows is kept.
 */
export async function restoreBackup(databaseUrl: string, file: string): Promise<End> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw new UserError(`There is no file ${file}.`, 404);
  const entries = openTar(file)[Symbol.asyncIterator]();
  const manifest = await readManifest(file, await nextOf(entries, file));
  await makeTables(databaseUrl, manifest);
  const client = await connectAtStart(databaseUrl, "tiebreak restore");
  try {
    const end = await fill(client, manifest, entries, file);
    await migrate(databaseUrl);
    return end;
  } finally {
    await client.end();
  }
}

const openTar = (file: string): AsyncIterable<Entry> => {
  const tar = extract();
  pipeline(createReadStream(file), tar).catch(() => undefined);
  return tar as AsyncIterable<Entry>;
};

const CUT = (file: string) => `${file} ends too early, or is damaged. Nothing of its rows was kept; use another backup.`;

async function nextOf(entries: AsyncIterator<Entry>, file: string): Promise<Entry> {
  try {
    const { value, done } = await entries.next();
    if (!done) return value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw error;
  }
  throw new UserError(CUT(file));
}

async function readManifest(file: string, entry: Entry): Promise<Manifest> {
  const parsed = entry.header.name === "manifest.json" ? await readJson(entry, manifestSchema) : undefined;
  if (!parsed) throw new UserError(`${file} is no backup of Tiebreak that this version can read.`);
  const known = new Set((await knownMigrations()).map(({ name }) => name));
  const foreign = parsed.migrations.find((name) => !known.has(name));
  if (foreign) throw new UserError(`${file} was made by a newer Tiebreak (it has the migration ${foreign}). Restore it with that version.`);
  return parsed;
}

async function readJson<T extends z.ZodType>(entry: Readable, schema: T): Promise<z.infer<T> | undefined> {
  const value: unknown = await json(entry).catch(() => undefined);
  return schema.safeParse(value).data;
}

async function makeTables(databaseUrl: string, { migrations }: Manifest): Promise<void> {
  const client = await connectAtStart(databaseUrl, "tiebreak restore");
  try {
    const { rows } = await client.query<{ found: string | null }>(`SELECT to_regclass('"User"')::text AS found`);
    const used = rows[0]?.found ? (await client.query(`SELECT 1 FROM "User" LIMIT 1`)).rows.length > 0 : false;
    if (used)
      throw new UserError(
        `${env.DATABASE_URL ? "The database of DATABASE_URL" : `The database in ${env.TIEBREAK_DATA_DIR}`} holds data already, and nothing was changed. ` +
          "Restore into a new folder (TIEBREAK_DATA_DIR=FOLDER npm run tiebreak -- restore FILE), or name an empty database in DATABASE_URL.",
        409,
      );
    if (rows[0]?.found)
      await client.query(`DO $$ DECLARE s text := quote_ident(current_schema()); BEGIN
        EXECUTE 'DROP SCHEMA ' || s || ' CASCADE'; EXECUTE 'CREATE SCHEMA ' || s; END $$`);
  } finally {
    await client.end();
  }
  const made = new Set(migrations);
  await migrate(databaseUrl, { known: (await knownMigrations()).filter(({ name }) => made.has(name)) });
}

async function fill(client: pg.Client, manifest: Manifest, entries: AsyncIterator<Entry>, file: string): Promise<End> {
  const rows: Record<string, number> = Object.fromEntries(Object.keys(manifest.columns).map((table) => [table, 0]));
  let files = 0;
  await client.query("BEGIN");
  try {
    const check = await withoutChecks(client, Object.keys(manifest.columns));
    for (;;) {
      const entry = await nextOf(entries, file);
      const [kind, table = ""] = entry.header.name.split("/");
      if (kind === "end.json") {
        const end = await readJson(entry, endSchema);
        if (!end || files !== end.files || Object.entries(rows).some(([name, count]) => end.rows[name] !== count))
          throw new UserError(CUT(file));
        for (const [name, last] of Object.entries(end.sequences))
          await client.query("SELECT setval(format('%I', $1::text)::regclass, $2::bigint)", [name, last]);
        await check();
        await client.query("COMMIT");
        return end;
      }
      const columns = manifest.columns[table]?.map((column) => `"${column}"`).join(", ");
      if (kind === "files") {
        await writeFile(entry);
        files += 1;
      } else if (kind === "database" && columns) {
        const sink = client.query(from(`COPY "${table}" (${columns}) FROM STDIN`));
        await pipeline(entry, sink);
        rows[table] = (rows[table] ?? 0) + sink.rowCount;
      } else throw new UserError(CUT(file));
    }
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    // The archive broke off in the middle of an entry.
    if (/Unexpected end of data|Writable stream closed prematurely|Premature close/.test(String(error))) throw new UserError(CUT(file));
    throw error;
  }
}

/**
 * Lets rows in in any order: what one refers to may come later. Any owner of the tables may do so, where switching all triggers
 * off takes a superuser. The function that is returned checks every reference, and puts everything back as it was.
 */
async function withoutChecks(client: pg.Client, tables: string[]): Promise<() => Promise<void>> {
  const { rows: keys } = await client.query<{ table: string; name: string }>(
    `SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name FROM pg_constraint
     WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace`,
  );
  const alter = async (how: string) => {
    for (const { table, name } of keys) await client.query(`ALTER TABLE ${table} ALTER CONSTRAINT ${name} ${how}`);
  };
  const switchTriggers = async (how: "ENABLE" | "DISABLE") => {
    for (const table of tables) await client.query(`ALTER TABLE "${table}" ${how} TRIGGER USER`);
  };
  await switchTriggers("DISABLE");
  // What migrations have put in is in the backup, as it was since then.
  if (tables.length > 0) await client.query(`TRUNCATE ${tables.map((table) => `"${table}"`).join(", ")}`);
  await alter("DEFERRABLE INITIALLY DEFERRED");
  return async () => {
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    await alter("NOT DEFERRABLE");
    await switchTriggers("ENABLE");
  };
}

async function writeFile(entry: Entry): Promise<void> {
  const { name, mode = 0o600 } = entry.header;
  const at = path.resolve(env.TIEBREAK_DATA_DIR, name.slice("files/".length));
  if (!at.startsWith(env.TIEBREAK_DATA_DIR + path.sep) || name.includes("\0"))
    throw new UserError(`The backup names a file outside the data folder: ${name}`);
  await mkdir(path.dirname(at), { recursive: true });
  await pipeline(entry, createWriteStream(at, { mode }));
}
