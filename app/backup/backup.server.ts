import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { to } from "pg-copy-streams";
import type { Pack } from "tar-stream";
import { connectAtStart } from "../database/connect.server";
import { env } from "../env.server";
import { say } from "../say.server";
import { addFiles, addText, type End, type Manifest, writeTar } from "./archive.server";

/** So much of a table is held in memory at a time, and becomes one entry. */
const PIECE_BYTES = 4 << 20;

type Options = { files: boolean; signal?: AbortSignal };

/**
 * Writes a backup while everything goes on: the rows are those of one moment (REPEATABLE READ), and files are added after it, so
 * that what a row names is there. Throws UserError when `file` exists, and whatever the disk or the database says.
 */
export async function writeBackup(databaseUrl: string, file: string, { files, signal }: Options): Promise<End> {
  const client = await connectAtStart(databaseUrl, "tiebreak backup");
  const end: End = { rows: {}, sequences: {}, files: 0 };
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const manifest = await describe(client);
    await writeTar(file, async (pack) => {
      await addText(pack, "manifest.json", JSON.stringify(manifest, null, 2));
      for (const [table, columns] of Object.entries(manifest.columns)) {
        signal?.throwIfAborted();
        end.rows[table] = await addTable(pack, client, table, columns);
      }
      // After the rows: no number that a row has may be given again.
      end.sequences = await sequencesOf(client);
      await client.query("COMMIT");
      if (files) end.files = await addFiles(pack, env.TIEBREAK_DATA_DIR, signal);
      await addText(pack, "end.json", JSON.stringify(end, null, 2));
    });
    return end;
  } finally {
    await client.end();
  }
}

async function describe(client: pg.Client): Promise<Manifest> {
  const { rows: migrations } = await client.query<{ name: string }>(
    `SELECT "migration_name" AS name FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY 1`,
  );
  const { rows: columns } = await client.query<{ table: string; names: string[] }>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS names FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY 1 ORDER BY 1`,
  );
  return {
    format: "tiebreak-backup-1",
    createdAt: new Date().toISOString(),
    migrations: migrations.map(({ name }) => name),
    columns: Object.fromEntries(columns.map(({ table, names }) => [table, names])),
  };
}

async function addTable(pack: Pack, client: pg.Client, table: string, columns: string[]): Promise<number> {
  const names = columns.map((column) => `"${column}"`).join(", ");
  const source = client.query(to(`COPY "${table}" (${names}) TO STDOUT`));
  let pieces = 0;
  let held: Buffer[] = [];
  const add = async (bytes: Buffer) => {
    if (bytes.length > 0) await addText(pack, `database/${table}/${String(pieces++).padStart(6, "0")}.copy`, bytes);
  };
  for await (const part of source as AsyncIterable<Buffer>) {
    held.push(part);
    if (held.reduce((sum, { length }) => sum + length, 0) < PIECE_BYTES) continue;
    const bytes = Buffer.concat(held);
    // A line break within a value is written as \n, so a row ends at each.
    const end = bytes.lastIndexOf(0x0a) + 1;
    await add(bytes.subarray(0, end));
    held = [bytes.subarray(end)];
  }
  await add(Buffer.concat(held));
  return source.rowCount;
}

async function sequencesOf(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; last: string | null }>(
    `SELECT sequencename AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = current_schema()`,
  );
  return Object.fromEntries(rows.flatMap(({ name, last }) => (last === null ? [] : [[name, last]])));
}

const KEPT = 3;

/** Before migrations change what people made: the rows alone, as migrations touch no files. The last few are kept. */
export async function backUpBeforeMigrations(databaseUrl: string, pending: string[]): Promise<void> {
  const client = await connectAtStart(databaseUrl, "tiebreak backup");
  const { rows } = await client.query(`SELECT 1 FROM "User" LIMIT 1`).finally(() => client.end());
  if (rows.length === 0) return;
  const folder = path.join(env.TIEBREAK_DATA_DIR, "backups");
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
  const file = path.join(folder, `${time}-before-${pending[0]}.tar`);
  say(`This version changes the database. It is backed up to ${file} first …`);
  await writeBackup(databaseUrl, file, { files: false });
  const made = (await readdir(folder)).filter((name) => /^\d{8}T\d{6}-before-.*\.tar$/.test(name)).sort();
  for (const name of made.slice(0, -KEPT)) await rm(path.join(folder, name), { force: true });
}
