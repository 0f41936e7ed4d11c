import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";

/**
 * A release of 100,000 votes: rows per second, peak memory of the process and what it was before the release, and the time as a ratio to PostgreSQL's own
 * COPY of the same rows. Usage: npm run bench -- release [votes]
 */
export async function bench([votes = "100000"]: string[]): Promise<void> {
  process.env.TIEBREAK_DATA_DIR ??= await mkdtemp(path.join(tmpdir(), "tiebreak-bench-"));
  const { startEmbedded, stopEmbedded } = await import("../../app/database/embedded.server");
  const { migrate } = await import("../../app/database/migrate.server");
  const { withClient, withDatabase } = await import("../support/database-server");
  const server = await startEmbedded();
  try {
    await withClient(server, (client) => client.query("DROP DATABASE IF EXISTS bench_release WITH (FORCE)"));
    await withClient(server, (client) => client.query("CREATE DATABASE bench_release"));
    const url = withDatabase(server, "bench_release");
    await migrate(url);
    await withClient(url, (client) => fill(client, Number(votes)));
    const copy = await withClient(url, copyOut);
    console.log(`COPY of the same rows: ${copy.seconds.toFixed(2)} s, ${mb(copy.bytes)}`);
    for (const [label, options] of Object.entries(KINDS)) report(label, await release(url, options), copy.seconds);
  } finally {
    await stopEmbedded();
    await rm(process.env.TIEBREAK_DATA_DIR, { recursive: true, force: true });
  }
}

const KINDS = {
  "canonical JSON lines only": { parquet: false, variants: [] },
  "with Parquet": { variants: [] },
  everything: {},
  "everything, one row per vote": { aggregation: "votes" },
};

type Figures = {
  outcome: string;
  error: string | null;
  rows: number;
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
  startMb: number;
  bytes: number;
};

async function release(url: string, options: object): Promise<Figures> {
  const child = await promisify(execFile)(process.execPath, ["--import", "tsx", "tests/bench/release-child.ts", JSON.stringify(options)], {
    env: { ...process.env, DATABASE_URL: url, LOG_LEVEL: "info" },
  });
  // The log line of the process that wrote the release says what it took; the last line is the outcome.
  const lines = child.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Partial<Figures>);
  const figures = Object.assign({}, ...lines) as Figures;
  if (figures.outcome !== "done") throw new Error(`The release ${figures.outcome}: ${figures.error}`);
  return figures;
}

function report(label: string, { rows, seconds, cpuSeconds, peakMb, startMb, bytes }: Figures, copySeconds: number): void {
  const rate = Math.round(rows / seconds).toLocaleString("en");
  const facts = [
    `${seconds.toFixed(2)} s`,
    `${cpuSeconds.toFixed(2)} s of its own CPU`,
    `${rate} rows/s`,
    `${peakMb.toFixed(0)} MB peak (${startMb.toFixed(0)} MB before)`,
    mb(bytes),
    `${(seconds / copySeconds).toFixed(1)} × COPY`,
  ];
  console.log(`${label}: ${rows.toLocaleString("en")} rows, ${facts.join(", ")}`);
}

const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/** The join that a release reads, written by the database alone. */
async function copyOut(client: pg.Client): Promise<{ seconds: number; bytes: number }> {
  const file = path.join(process.env.TIEBREAK_DATA_DIR ?? "", "copy.tsv");
  const started = performance.now();
  const stream = client.query(
    copyTo(`COPY (
      SELECT c."id", t."messages", a."text", b."text", e."text", r."side", r."strength", c."round", a."modelName", b."modelName"
      FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId" JOIN "Comparison" c ON c."id" = v."comparisonId"
        JOIN "Prompt" t ON t."id" = c."promptId" JOIN "Response" a ON a."id" = c."responseAId" JOIN "Response" b ON b."id" = c."responseBId"
        LEFT JOIN "Edit" e ON e."id" = r."editId") TO STDOUT`),
  );
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
  await pipeline(stream, createWriteStream(file));
  return { seconds: (performance.now() - started) / 1000, bytes };
}

/**
 * One vote per comparison, one edit in ten, with lengths around those of Llama 3's table 6 (45 tokens of prompt, 284 of
 * response, at four bytes each). Texts are cut from one long text at changing places.
 */
async function fill(client: pg.Client, votes: number): Promise<void> {
  const id = (kind: string) => `md5('${kind}' || i)::uuid`;
  const cut = (shift: string, length: string) => `substr(source.body, 1 + (i * ${shift}) % 40000, ${length})`;
  const each = `FROM generate_series(1, ${votes}) AS i, source`;
  await client.query(
    `CREATE TEMP TABLE source AS SELECT string_agg(md5(n::text) || ' ' || substr(md5((n * 7)::text), 1, n % 9) || E'. ', '') AS body FROM generate_series(1, 1500) AS n`,
  );
  await client.query(
    `INSERT INTO "User" ("id", "email", "name", "role", "pseudonym") VALUES (md5('user')::uuid, 'a@example.org', 'a', 'annotator', 'a')`,
  );
  await client.query(`INSERT INTO "Pool" ("id", "name", "updatedAt") VALUES (md5('pool')::uuid, 'Bench', now())`);
  const pool = `md5('pool')::uuid`;
  await client.query(`INSERT INTO "Prompt" ("id", "poolId", "contentHash", "messages", "excerpt")
    SELECT ${id("p")}, ${pool}, md5('h' || i), jsonb_build_array(jsonb_build_object('role', 'user', 'content', i || ' ' || ${cut("31", "120 + i % 120")})), 'x' ${each}`);
  for (const side of ["a", "b"])
    await client.query(`INSERT INTO "Response" ("id", "promptId", "modelName", "text", "contentHash")
      SELECT ${id(side)}, ${id("p")}, 'model-${side}', ${cut(side === "a" ? "37" : "41", "600 + i % 1100")}, md5('${side}' || i) ${each}`);
  await client.query(`INSERT INTO "Comparison" ("id", "poolId", "promptId", "responseAId", "responseBId", "votesRequired", "round")
    SELECT ${id("c")}, ${pool}, ${id("p")}, ${id("a")}, ${id("b")}, 1, 1 + i % 3 ${each}`);
  await client.query("BEGIN");
  await client.query(`INSERT INTO "Slot" ("id", "comparisonId", "poolId", "ordinal", "state", "annotatorId")
    SELECT i, ${id("c")}, ${pool}, 0, 'done', md5('user')::uuid ${each}`);
  await client.query(`INSERT INTO "Vote" ("id", "comparisonId", "annotatorId", "slotId", "status", "updatedAt")
    SELECT ${id("v")}, ${id("c")}, md5('user')::uuid, i, 'counted', now() ${each}`);
  await client.query("COMMIT");
  await client.query(`INSERT INTO "Edit" ("id", "responseId", "authorId", "text", "distance", "distanceShare")
    SELECT ${id("e")}, CASE i % 2 WHEN 0 THEN ${id("a")} ELSE ${id("b")} END, md5('user')::uuid, ${cut("43", "600 + i % 1100")}, 9, 0.1 ${each} WHERE i % 10 = 0`);
  await client.query(`INSERT INTO "VoteRevision" ("id", "voteId", "number", "kind", "side", "strength", "leftSide", "editId", "idempotencyKey")
    SELECT ${id("r")}, ${id("v")}, 1, 'submit', i % 2, (enum_range(NULL::"Strength"))[1 + i % 4], i % 2, CASE WHEN i % 10 = 0 THEN ${id("e")} END, i::text ${each}`);
  await client.query(`UPDATE "Vote" SET "currentId" = r."id" FROM "VoteRevision" r WHERE r."voteId" = "Vote"."id"`);
  await client.query("VACUUM ANALYZE");
}
