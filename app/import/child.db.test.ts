import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { jsonl, queueImport } from "../../tests/support/imports";
import { repeatedParquet } from "../../tests/support/parquet";
import { COMMAND_LINE } from "../audit/commands.server";
import { claimRunById } from "../background/queue.server";
import { executeRun } from "../background/runner.server";
import { db, pool } from "../database/client.server";
import { createPool } from "../pools/commands.server";
import { previewImport } from "./child.server";
import { retryImport } from "./commands.server";
import { badRowsPath } from "./files.server";
import { importWork, runImport } from "./run.server";
import { importOptions } from "./schema";

const ROWS = 4_000;
const BAD = 4;
const file = jsonl(Array.from({ length: ROWS }, (_, index) => (index % 1000 === 7 ? { promt: index } : { prompt: `Question ${index}` })));
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const never = new AbortController().signal;
const read = (id: string) => db.importRun.findUniqueOrThrow({ where: { id } });
const patience = { timeout: 100_000, interval: 20 };
const waitFor = (ready: () => Promise<boolean>) => vi.waitFor(async () => expect(await ready()).toBe(true), patience);
/** Connections of the processes that import. */
const connections = async () =>
  (await pool.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'tiebreak import' AND datname = current_database()`)).rowCount;

let poolId: string;
let pools = 0;
beforeEach(async () => {
  poolId = (await createPool(COMMAND_LINE, { name: `Pool ${++pools}` })).id;
});

/** Keeps every batch waiting for the pool until `work` is done. */
async function whileBlocked(work: () => Promise<void>): Promise<void> {
  const lock = await pool.connect();
  await lock.query("BEGIN");
  await lock.query(`SELECT 1 FROM "Pool" WHERE "id" = $1 FOR UPDATE`, [poolId]);
  try {
    await work();
  } finally {
    await lock.query("ROLLBACK");
    lock.release();
  }
}

async function isWhole(id: string): Promise<void> {
  expect(await read(id)).toMatchObject({ status: "done", rows: ROWS, badRows: BAD, promptsAdded: ROWS - BAD, duplicates: 0 });
  expect(await db.prompt.count({ where: { poolId } })).toBe(ROWS - BAD);
  expect((await readFile(badRowsPath(id), "utf8")).trim().split("\n")).toHaveLength(BAD);
}

describe("an import in a process of its own", { timeout: 120_000 }, () => {
  it("fails in words when that is killed, keeps what is committed, and continues when it is tried again", async () => {
    const { id } = await queueImport(poolId, file);
    const first = runImport(id, never);
    await waitFor(async () => (await read(id)).rows > 0);
    await whileBlocked(async () => {
      execFileSync("pkill", ["-KILL", "-f", `import/child.ts ${id}`]);
      expect(await first).toBe("failed");
    });
    const { rows, promptsAdded, error } = await read(id);
    expect(error).toMatch(/ended in the middle \(SIGKILL\).*What is counted below is kept/);
    expect(rows).toBeLessThan(ROWS);
    await waitFor(async () => (await connections()) === 0);
    expect(await db.prompt.count({ where: { poolId } })).toBe(promptsAdded);
    await retryImport(COMMAND_LINE, id);
    expect(await runImport(id, never)).toBe("done");
    await isWhole(id);
  });

  it("goes back to the queue when the server stops, with its process gone, and is continued", async () => {
    const { id } = await queueImport(poolId, file);
    const run = await claimRunById("ImportRun", id);
    if (!run) throw new Error("nothing to claim");
    const stop = new AbortController();
    const outcome = executeRun(importWork, run, { stop: stop.signal });
    await waitFor(async () => (await read(id)).rows > 0);
    stop.abort();
    expect(await outcome).toBe("requeued");
    expect(await read(id)).toMatchObject({ status: "queued" });
    await waitFor(async () => (await connections()) === 0);
    expect(await runImport(id, never)).toBe("done");
    await isWhole(id);
  });

  it("stops in words when its pool is archived meanwhile", async () => {
    // In the transaction of the first batch, so that the second one finds it done.
    await pool.query(`CREATE FUNCTION archive_it() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN UPDATE "Pool" SET "archivedAt" = now() WHERE "id" = NEW."poolId"; RETURN NULL; END $$`);
    await pool.query(`CREATE TRIGGER archive_it AFTER UPDATE OF "rows" ON "ImportRun" FOR EACH ROW EXECUTE FUNCTION archive_it()`);
    try {
      const { id } = await queueImport(poolId, file);
      expect(await runImport(id, never)).toBe("failed");
      expect((await read(id)).error).toMatch(/^The pool "Pool \d+" is archived.*1,000 rows were read/);
    } finally {
      await pool.query(`DROP FUNCTION archive_it CASCADE`);
    }
  });

  it("takes no more memory for 60,000,000 rows in some kilobytes of Parquet than for few", async () => {
    const columns = ["prompt", "chosen", "rejected"].map((name) => ({ name, value: `The ${name}` }));
    const { id } = await queueImport(poolId, repeatedParquet(columns, [60_000_000]), { name: "repeated.parquet" });
    const stop = new AbortController();
    const outcome = runImport(id, stop.signal);
    await waitFor(async () => (await read(id)).rows >= 10_000);
    const pid = execFileSync("pgrep", ["-f", `import/child.ts ${id}`], { encoding: "utf8" }).trim();
    const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
    stop.abort();
    expect(await outcome).toBe("cancelled");
    expect(Number(peak) / 1024).toBeLessThan(256);
    const run = await read(id);
    // Each row is one more judgment of the same pair by somebody who is not named.
    expect(run).toMatchObject({ promptsAdded: 1, comparisonsAdded: 1, votesAdded: run.rows, badRows: 0 });
  });

  it("makes one bad row of one that is nested deeply, and reads on", async () => {
    const rows = [
      { prompt: "before" },
      `{"prompt":"in metadata","metadata":{"a":${deep(300_000)}}}`,
      `{"prompt":${deep(300_000)}}`,
      deep(300_000),
      { prompt: "after" },
    ];
    const { id } = await queueImport(poolId, rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"));
    expect(await runImport(id, never)).toBe("done");
    expect(await read(id)).toMatchObject({ rows: 5, badRows: 3, promptsAdded: 2 });
    const csv = `prompt,metadata\nfirst,\nsecond,"${deep(300_000)}"\n"${deep(300_000)}",\nlast,{}\n`;
    const { id: table } = await queueImport(poolId, csv, { name: "rows.csv" });
    expect(await runImport(table, never)).toBe("done");
    expect(await read(table)).toMatchObject({ rows: 4, badRows: 1, promptsAdded: 3 });
  });
});

describe("a preview in a process of its own", { timeout: 120_000 }, () => {
  const preview = (content: string, name = "rows.jsonl") =>
    previewImport(Readable.from([Buffer.from(content)]), { name, options: importOptions.parse({}), part: false }, never);

  it("answers what the file would become, and in words what is wrong with it", async () => {
    const found = await preview(jsonl([{ prompt: "Question" }, { promt: 1 }]) + `{"prompt":"x","metadata":{"a":${deep(200_000)}}}`);
    expect(found.rows).toMatchObject([{ prompt: "Question" }, { field: "promt" }, { reason: /levels deep/ }]);
    await expect(preview("", "empty.jsonl")).rejects.toThrow("empty.jsonl is empty.");
  });
});
