import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jsonl } from "../../tests/support/imports";
import { db } from "../database/client.server";

const ROWS = 6_000;
/** Every thousandth row is a bad one. */
const BAD = ROWS / 1000;
let dir: string;
let file: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "tiebreak-kill-"));
  file = path.join(dir, "rows.jsonl");
  const rows = Array.from({ length: ROWS }, (_, index) =>
    index % 1000 === 7
      ? { promt: index }
      : {
          external_id: `${index}`,
          prompt: `Question ${index}`,
          responses: ["m1", "m2"].map((model) => ({ model, text: `${model} answers ${index}` })),
          votes: [{ annotator: `p${index % 5}`, side: index % 2, strength: "better" }],
        },
  );
  await writeFile(file, jsonl(rows));
});
afterAll(() => rm(dir, { recursive: true }));

function cli(...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", "bin/tiebreak.ts", "import", "--pool", "Killed", ...args, file]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.on("close", (code) => resolve({ code, output })));
  return { child, ended };
}

const runs = () => db.importRun.findMany({ orderBy: { createdAt: "asc" } });

it("goes on after kill -9 in the middle, with no row twice or missing", { timeout: 300_000 }, async () => {
  const first = cli("--create-pool");
  while (((await runs())[0]?.rows ?? 0) === 0) await sleep(20);
  first.child.kill("SIGKILL");
  await first.ended;
  const [killed] = await runs();
  expect(killed).toMatchObject({ status: "running" });
  expect(killed?.rows).toBeLessThan(ROWS);
  expect(await db.prompt.count()).toBe(killed?.promptsAdded);

  const errors = path.join(dir, "errors.jsonl");
  const { code, output } = await cli("--errors", errors).ended;
  expect(output).toContain("Going on with the import");
  expect(code).toBe(3);
  expect(await runs()).toMatchObject([
    { id: killed?.id, status: "done", rows: ROWS, badRows: BAD, duplicates: 0, promptsAdded: ROWS - BAD },
  ]);
  expect(await db.prompt.count()).toBe(ROWS - BAD);
  expect(await db.vote.count()).toBe(ROWS - BAD);
  expect((await readFile(errors, "utf8")).trim().split("\n")).toHaveLength(BAD);

  const again = await cli().ended;
  expect(again.code).toBe(3);
  expect(again.output).toContain(`${(ROWS - BAD).toLocaleString("en")} rows there already`);
  expect(await db.prompt.count()).toBe(ROWS - BAD);
});

it("stops on Ctrl-C, keeps what is committed, and says so", { timeout: 300_000 }, async () => {
  await db.$executeRaw`TRUNCATE "Pool", "ImportRun" CASCADE`;
  const { child, ended } = cli("--create-pool");
  while (((await runs())[0]?.rows ?? 0) === 0) await sleep(20);
  child.kill("SIGINT");
  const { code, output } = await ended;
  expect(output).toContain("Stopped. What is above is kept");
  expect(code).toBe(130);
  const [run] = await runs();
  expect(run).toMatchObject({ status: "cancelled" });
  expect(await db.prompt.count()).toBe(run?.promptsAdded);
});

it("says what is wrong with what was typed", { timeout: 120_000 }, async () => {
  const { code, output } = await cli("--pairs", "some").ended;
  expect(output).toContain('--pairs is "row", "all" or "random:N"');
  expect(code).toBe(2);
});
