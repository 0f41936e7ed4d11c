import { execFile } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type pg from "pg";
import { from, to } from "pg-copy-streams";

const TABLES = ["Pool", "Prompt", "Response", "Comparison", "Slot"];

/**
 * An import of 100,000 comparisons: rows per second, peak memory of the process, and the time as a ratio to PostgreSQL's own
 * COPY of the very same rows into the very same tables, keys and indexes included. Usage: npm run bench -- import [comparisons]
 */
export async function bench([comparisons = "100000"]: string[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "tiebreak-bench-import-"));
  process.env.TIEBREAK_DATA_DIR ??= folder;
  const { startEmbedded, stopEmbedded } = await import("../../app/database/embedded.server");
  const { withClient, withDatabase } = await import("../support/database-server");
  const server = await startEmbedded();
  const url = withDatabase(server, "bench_import");
  const fresh = async () => {
    const { migrate } = await import("../../app/database/migrate.server");
    await withClient(server, (client) => client.query("DROP DATABASE IF EXISTS bench_import WITH (FORCE)"));
    await withClient(server, (client) => client.query("CREATE DATABASE bench_import"));
    await migrate(url);
  };
  try {
    const file = path.join(folder, "rows.jsonl");
    await writeRows(file, Number(comparisons));
    await fresh();
    const figures = await importRows(file, url);
    const copied = await withClient(url, (client) => dump(client, folder));
    await fresh();
    const copySeconds = await withClient(url, (client) => load(client, folder));
    const { size } = await stat(file);
    console.log(
      [
        `${figures.comparisonsAdded.toLocaleString("en")} comparisons from ${(size / 1e6).toFixed(0)} MB in ${figures.seconds.toFixed(1)} s`,
        `${Math.round(figures.comparisonsAdded / figures.seconds).toLocaleString("en")} rows/s`,
        `${figures.peakMb.toFixed(0)} MB peak (${figures.startMb.toFixed(0)} MB before)`,
        `COPY of the same ${copied.toLocaleString("en")} table rows: ${copySeconds.toFixed(1)} s`,
        `${(figures.seconds / copySeconds).toFixed(2)} × COPY`,
      ].join("\n"),
    );
  } finally {
    await stopEmbedded();
    await rm(folder, { recursive: true, force: true });
  }
}

type Figures = { outcome: string; comparisonsAdded: number; badRows: number; seconds: number; peakMb: number; startMb: number };

async function importRows(file: string, url: string): Promise<Figures> {
  const child = await promisify(execFile)(process.execPath, ["--import", "tsx", "tests/bench/import-child.ts", file], {
    env: { ...process.env, DATABASE_URL: url, LOG_LEVEL: "error" },
  });
  const figures = JSON.parse(child.stdout) as Figures;
  if (figures.outcome !== "done" || figures.badRows > 0) throw new Error(`The import went wrong: ${child.stdout}${child.stderr}`);
  return figures;
}

/** Prompts of about 60 words and responses of about 90, as in real chats; each text differs. */
async function writeRows(file: string, count: number): Promise<void> {
  const words = "the answer depends on what you want to measure and how much time there is for it so begin with small steps".split(" ");
  const text = (seed: number, length: number) =>
    Array.from({ length }, (_, index) => words[(seed * 7 + index * index) % words.length]).join(" ");
  const stream = createWriteStream(file);
  for (let index = 0; index < count; index++) {
    const row = {
      external_id: `bench-${index}`,
      prompt: `${index}: ${text(index, 60)}`,
      metadata: { source: "bench" },
      responses: [
        { model: "model-a", text: `${text(index + 1, 90)} ${index}`, params: { temperature: 0.7 } },
        { model: "model-b", text: `${text(index + 2, 90)} ${index}`, params: { temperature: 1 } },
      ],
    };
    if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
}

async function dump(client: pg.Client, folder: string): Promise<number> {
  let rows = 0;
  for (const table of TABLES) {
    const stream = client.query(to(`COPY "${table}" TO STDOUT`));
    await pipeline(stream, createWriteStream(path.join(folder, `${table}.tsv`)));
    rows += stream.rowCount;
  }
  return rows;
}

/** Seconds that COPY takes, table after table in one transaction, for rows that stand ready in files. */
async function load(client: pg.Client, folder: string): Promise<number> {
  const started = performance.now();
  await client.query("BEGIN");
  // Imports that the prompts name are no part of the measured rows.
  await client.query(`ALTER TABLE "Prompt" DROP CONSTRAINT "Prompt_importId_fkey"`);
  for (const table of TABLES)
    await pipeline(createReadStream(path.join(folder, `${table}.tsv`)), client.query(from(`COPY "${table}" FROM STDIN`)));
  await client.query("COMMIT");
  return (performance.now() - started) / 1000;
}
