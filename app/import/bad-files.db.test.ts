import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parquetMetadata } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeEach, describe, expect, it } from "vitest";
import { importFile, jsonl, queueImport } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { env } from "../env.server";
import { createPool } from "../pools/commands.server";
import { readBadRows } from "./bad-rows.server";
import { retryImport } from "./commands.server";
import { badRowsPath } from "./files.server";
import { runImportHere } from "./run.server";

let poolId: string;
let poolName: string;
let pools = 0;
beforeEach(async () => {
  ({ id: poolId, name: poolName } = await createPool(COMMAND_LINE, { name: `Bad files ${++pools}` }));
});

const row = (n: number) => ({ prompt: `Question ${n}`, chosen: `Good ${n}`, rejected: `Bad ${n}` });
const prompts = async () =>
  (await db.prompt.findMany({ where: { poolId }, orderBy: { id: "asc" } })).map(({ excerpt }) => Number(excerpt.split(" ")[1]));
const bad = (id: string) => readBadRows(badRowsPath(id), { skip: 0, take: 100 });

function parquet(rows: number, rowGroupSize: number): Uint8Array {
  const all = Array.from({ length: rows }, (_, n) => row(n));
  const column = (name: "prompt" | "chosen" | "rejected") => ({ name, data: all.map((one) => one[name]), type: "STRING" as const });
  return new Uint8Array(parquetWriteBuffer({ columnData: [column("prompt"), column("chosen"), column("rejected")], rowGroupSize }));
}

describe("a file that is bad in places", () => {
  it("loses only the lines that are: not UTF-8, 50 MB long, not JSON", async () => {
    const parts = [
      jsonl([row(1)]),
      Buffer.from([...Buffer.from('{"prompt":"'), 0xe4, ...Buffer.from('"}\n')]),
      jsonl([row(2)]),
      `{"prompt":"${"x".repeat(50_000_000)}"}\n`,
      "{\n",
      jsonl([row(3)]),
    ];
    const run = await importFile(poolId, Buffer.concat(parts.map((part) => Buffer.from(part as string))));
    expect(run).toMatchObject({ status: "done", rows: 6, badRows: 3, promptsAdded: 3 });
    expect((await bad(run.id)).map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
      expect.stringMatching(/^2: .*not valid UTF-8 at byte/),
      expect.stringMatching(/^4: .*is 50 MB long; a line may have 16 MB/),
      expect.stringMatching(/^5: .*is not JSON/),
    ]);
    expect(await prompts()).toEqual([1, 2, 3]);
  });

  it("takes quoted line breaks of CSV as one cell", async () => {
    const run = await importFile(poolId, 'prompt,chosen,rejected\n"Question 1\nin ""two"" lines","a\r\nb",c\n', { name: "rows.csv" });
    expect(run).toMatchObject({ status: "done", badRows: 0, promptsAdded: 1 });
    const { messages, responses } = await db.prompt.findFirstOrThrow({ where: { poolId }, include: { responses: true } });
    expect(messages).toEqual([{ role: "user", content: 'Question 1\nin "two" lines' }]);
    expect(responses.map(({ text }) => text).sort()).toEqual(["a\r\nb", "c"]);
  });
});

describe("a file that cannot be read to its end", () => {
  it("fails in words when it is cut off, and adds nothing twice when the whole file comes", async () => {
    const whole = parquet(6, 2);
    const run = await importFile(poolId, whole.subarray(0, whole.length - 40), { name: "cut.parquet" });
    expect(run).toMatchObject({ outcome: "failed", error: expect.stringMatching(/cut off or damaged/) as string });
    expect(await prompts()).toEqual([]);
    expect(await importFile(poolId, whole, { name: "whole.parquet" })).toMatchObject({ status: "done", promptsAdded: 6 });
    expect(await prompts()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("keeps what was read before the damage, says where it is, and fails there again", async () => {
    const damaged = parquet(3_000, 1_000);
    const page = Number(parquetMetadata(damaged.buffer as ArrayBuffer).row_groups[2]?.columns[0]?.meta_data?.data_page_offset);
    damaged.fill(0xff, page, page + 40);
    const run = await importFile(poolId, damaged, { name: "damaged.parquet" });
    expect(run).toMatchObject({
      outcome: "failed",
      error: expect.stringMatching(/Row group 3 \(rows 2,?001 to 3,?000\) is damaged/) as string,
    });
    expect(await prompts()).toHaveLength(run.promptsAdded);
    expect(run.promptsAdded).toBe(2_000);
    await retryImport(COMMAND_LINE, run.id);
    expect(await runImportHere(run.id, new AbortController().signal)).toBe("failed");
    expect(await prompts()).toHaveLength(2_000);
  });
});

/** Runs a program that may write no file over 256 KB: the system's own limit, a real error of a write, and no rights needed. */
async function withSmallFiles(...program: string[]): Promise<{ output: string; code: number | null }> {
  const child = spawn("bash", ["-c", 'ulimit -f 256; exec "$@"', "bash", process.execPath, "--import", "tsx", ...program]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return { code: await new Promise((resolve) => child.on("close", resolve)), output };
}

describe("a full disk", () => {
  it("refuses the file in words, and leaves nothing of it", { timeout: 120_000 }, async () => {
    const dir = await mkdtemp(path.join(tmpdir(), "tiebreak-full-"));
    try {
      const file = path.join(dir, "rows.jsonl");
      await writeFile(file, jsonl(Array.from({ length: 20_000 }, (_, n) => row(n))));
      const { output, code } = await withSmallFiles("bin/tiebreak.ts", "import", "--pool", poolName, file);
      expect(output).toContain("The disk is full, so the file could not be received. Free some space and send it again.");
      expect(code).toBe(1);
      expect(await readdir(path.join(env.TIEBREAK_DATA_DIR, "imports", "incoming"))).toEqual([]);
      expect(await db.importRun.count({ where: { poolId } })).toBe(0);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it("stops an import whose bad rows cannot be written down; with room again it goes on", { timeout: 120_000 }, async () => {
    const good = Array.from({ length: 500 }, (_, n) => row(n));
    const mistyped = Array.from({ length: 4_000 }, (_, n) => ({ promt: `${n} ${"x".repeat(20)}` }));
    const { id } = await queueImport(poolId, jsonl([...good, ...mistyped]));
    const { output } = await withSmallFiles("tests/support/import-child.ts", id);
    expect(output.trim()).toBe("failed");
    const run = await db.importRun.findUniqueOrThrow({ where: { id } });
    expect(run.error).toMatch(/^The disk is full\. What is counted below is kept/);
    expect((await bad(id)).length).toBe(Math.min(100, run.badRows));
    await retryImport(COMMAND_LINE, id);
    expect(await runImportHere(id, new AbortController().signal)).toBe("done");
    expect(await db.importRun.findUniqueOrThrow({ where: { id } })).toMatchObject({ rows: 4_500, badRows: 4_000, promptsAdded: 500 });
    expect(await readBadRows(badRowsPath(id), { skip: 3_999, take: 10 })).toHaveLength(1);
  });
});
