import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { jsonl } from "../support/rows";
import { expect, test } from "./fixtures";
import { startInstance } from "./instance";

test.beforeEach(() => test.setTimeout(240_000));

const run = promisify(execFile);
const folders: string[] = [];
const started: Up[] = [];
// A test that failed halfway leaves nothing running.
test.afterEach(async () => {
  for (const { stop } of started.splice(0)) await stop("SIGTERM");
});
test.afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), "tiebreak-start-"));
  folders.push(made);
  return made;
}

type Up = { url: string; pid: number; output: () => string; stop: (signal: NodeJS.Signals) => Promise<number | null> };

/** `npm run up` without its worker, until it says where it is. */
async function up(dataDir: string, settings: Record<string, string> = {}, command = [process.execPath, "bin/up.mjs"]): Promise<Up> {
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "pipe", "pipe"],
    // What a test of this process has set for itself is not for the one that it starts.
    env: { ...process.env, ...{ DATABASE_URL: "", LOG_LEVEL: "warn", TIEBREAK_WORKER: "none", TIEBREAK_SEED: "none", PORT: "0" }, ...settings, TIEBREAK_DATA_DIR: dataDir }, // prettier-ignore
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const [, address] = /Tiebreak is up: +(\S+)/.exec(output) ?? [];
      if (address) resolve(address);
    });
    void ended.then((code) => reject(new Error(`It ended with ${code}:\n${output}`)));
  });
  const running: Up = { url, pid: child.pid ?? 0, output: () => output, stop: (signal) => (child.kill(signal), ended) };
  started.push(running);
  return running;
}

/** The address of the embedded database of a data folder. */
async function databaseUrl(dataDir: string): Promise<string> {
  const { port, password } = JSON.parse(await readFile(path.join(dataDir, "postgres.json"), "utf8")) as { port: number; password: string };
  return `postgresql://tiebreak:${password}@127.0.0.1:${port}/tiebreak`;
}

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

const health = async (url: string) => (await fetch(`${url}/healthz`)).status;

test("one command starts it with demo accounts that work, stops it cleanly, and a second start keeps everything", async () => {
  const dataDir = await folder();
  const first = await up(dataDir, { TIEBREAK_SEED: "demo" });
  const printed = () => /annotator +(\S+@\S+) +(\S+)\n/.exec(first.output()) ?? [];
  await expect.poll(printed).toHaveLength(3);
  const [, email = "", password = ""] = printed();
  expect(await health(first.url)).toBe(200);
  const answer = await fetch(`${first.url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: first.url },
    body: new URLSearchParams({ email, password, to: "/annotate" }),
  });
  expect([answer.status, answer.headers.get("Location")]).toEqual([302, "/annotate"]);
  const database = await databaseUrl(dataDir);
  const count = async () => (await query<{ n: number }>(await databaseUrl(dataDir), `SELECT count(*)::int AS n FROM "Vote"`))[0]?.n;
  const votes = await count();
  expect(votes).toBeGreaterThan(50);

  expect(await first.stop("SIGTERM")).toBe(0);
  await expect(fetch(first.url)).rejects.toThrow();
  await expect(query(database, "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);

  const second = await up(dataDir, { TIEBREAK_SEED: "demo" });
  expect(await count()).toBe(votes);
  await expect.poll(second.output).toContain(path.join(dataDir, "demo-accounts.json"));
  expect(second.output(), "passwords are printed once").not.toContain(password);
  const log = (await readFile(path.join(dataDir, "logs/tiebreak.log"), "utf8").catch(() => "")).split("\n").filter(Boolean);
  for (const line of log) expect(JSON.parse(line)).toHaveProperty("level");
  // Ctrl-C.
  expect(await second.stop("SIGINT")).toBe(0);
});

/** The web application that `npm run up` keeps, and the embedded database's own process. */
async function processesOf({ pid }: Up, dataDir: string) {
  const below = async (parent: number): Promise<number[]> => {
    const { stdout } = await run("pgrep", ["-P", String(parent)]).catch(() => ({ stdout: "" }));
    const children = stdout.trim().split("\n").filter(Boolean).map(Number);
    return [...children, ...(await Promise.all(children.map(below))).flat()];
  };
  const all = await below(pid);
  const lines = await Promise.all(all.map((one) => readFile(`/proc/${one}/cmdline`, "utf8").catch(() => "")));
  const [postmaster] = (await readFile(path.join(dataDir, "postgres/postmaster.pid"), "utf8")).split("\n");
  return { web: all[lines.findIndex((line) => line.includes("bin/serve.ts"))]!, postmaster: Number(postmaster) };
}

test("what dies is started again, a start after everything was killed works, and npm takes everything with it", async () => {
  const dataDir = await folder();
  const first = await up(dataDir, {}, ["npm", "run", "up"]);
  const healthy = () => health(first.url).catch(() => 0);
  const before = await processesOf(first, dataDir);
  process.kill(before.web, "SIGKILL");
  await expect.poll(first.output, { timeout: 60_000 }).toContain("The pages are back.");
  process.kill(before.postmaster, "SIGKILL");
  await expect.poll(first.output, { timeout: 60_000 }).toContain("The embedded database is back.");
  await expect.poll(healthy).toBe(200);
  expect(first.output()).toMatch(/The web application was killed \(SIGKILL\)[^]*The embedded database ended by itself/);
  expect(first.output()).not.toContain('"level":');

  const { web, postmaster } = await processesOf(first, dataDir);
  expect([web, postmaster]).not.toEqual(expect.arrayContaining([before.web]));
  for (const pid of [first.pid, postmaster, web]) process.kill(pid, "SIGKILL");
  const second = await up(dataDir, {}, ["npm", "run", "up"]);
  expect(await health(second.url)).toBe(200);
  await second.stop("SIGTERM");
  const database = await databaseUrl(dataDir);
  await expect.poll(() => query(database, "SELECT 1").then(() => "up", (error: Error) => error.message), { timeout: 30_000 }).toContain("ECONNREFUSED"); // prettier-ignore
  await expect(fetch(second.url)).rejects.toThrow();
});

test("two instances run side by side, and know nothing of each other", async ({ instance, world }) => {
  await world.person("admin", "Ada Here");
  const other = await startInstance();
  try {
    expect(other.url).not.toBe(instance.url);
    expect(await Promise.all([health(instance.url), health(other.url)])).toEqual([200, 200]);
    const names = async (dataDir: string) => await query(await databaseUrl(dataDir), `SELECT "name" FROM "User"`);
    expect(await names(other.dataDir)).toEqual([]);
    expect(await names(instance.dataDir)).toContainEqual({ name: "Ada Here" });
  } finally {
    await other.stop();
  }
  expect(await health(instance.url)).toBe(200);
});

test("a port that is taken is said in words, and nothing is left running", async ({ instance }) => {
  const dataDir = await folder();
  const starting = up(dataDir, { PORT: new URL(instance.url).port });
  await expect(starting).rejects.toThrow(/\nPort \d+ is taken\. Choose another/);
  await expect(starting).rejects.not.toThrow(/"level":|^ +at /m);
  expect(await readdir(dataDir)).toEqual(["logs"]);
});

test("another server is used when DATABASE_URL names one; without its database, /healthz says so", async ({ instance }) => {
  const server = await databaseUrl(instance.dataDir);
  const name = `other_${randomUUID().replaceAll("-", "")}`;
  await query(server, `CREATE DATABASE "${name}"`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const other = await startInstance({ DATABASE_URL: url.href });
  try {
    expect(await health(other.url)).toBe(200);
    expect(await query(url.href, `SELECT "id" FROM "User"`)).toEqual([]);
    await expect(readFile(path.join(other.dataDir, "postgres.json"))).rejects.toThrow(/ENOENT/);
    await query(server, `ALTER DATABASE "${name}" WITH ALLOW_CONNECTIONS false`);
    await query(server, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await expect.poll(() => health(other.url)).toBe(503);
    await query(server, `ALTER DATABASE "${name}" WITH ALLOW_CONNECTIONS true`);
    await expect.poll(() => health(other.url)).toBe(200);
  } finally {
    await other.stop();
    await query(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  }
  expect(await health(instance.url)).toBe(200);
});

test("the command line works on the same data while the server runs, and after it has stopped", async ({ world }) => {
  await world.person("admin");
  const dataDir = await folder();
  const file = path.join(dataDir, "rows.jsonl");
  const preference = (n: number) => ({ prompt: `Question ${n}`, chosen: `Good ${n}`, rejected: `Bad ${n}` });
  await writeFile(file, jsonl([1, 2, 3].map(preference)));
  const cli = async (...args: string[]) =>
    (await run(process.execPath, ["--import", "tsx", "bin/tiebreak.ts", ...args], { env: { ...process.env, DATABASE_URL: "", TIEBREAK_DATA_DIR: dataDir } })).stdout; // prettier-ignore
  const server = await up(dataDir);
  expect(await cli("import", "--pool", "Both", "--create-pool", file)).toContain("3 rows read: 3 prompts");
  expect(await health(server.url)).toBe(200);
  expect(await server.stop("SIGTERM")).toBe(0);
  expect(await cli("import", "--pool", "Both", file)).toContain("3 rows there already");
  const out = path.join(dataDir, "out");
  expect(await cli("release", "--pool", "Both", "--out", out, "--validation", "0", "--test", "0")).toContain("3 rows in");
  expect((await readFile(path.join(out, "train.jsonl"), "utf8")).trimEnd().split("\n")).toHaveLength(3);
  await expect(query(await databaseUrl(dataDir), "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
});
