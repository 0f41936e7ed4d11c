import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withClient } from "../../tests/support/database-server";
import { embeddedProcess, embeddedUser } from "../../tests/support/embedded-process";

let folder: string;
const file = (name: string) => path.join(folder, name);

const child = (command?: "stop") => embeddedProcess(folder, command);

beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "tiebreak-embedded-"))));
afterAll(async () => {
  await child("stop");
  await rm(folder, { recursive: true, force: true });
});

const postmaster = async () => (await readFile(file("postgres/postmaster.pid"), "utf8")).split("\n");

it("is made once by processes that start at once, and is whole or not there", async () => {
  await writeFile(file("postgres.lock"), "999999999");
  const [first, second] = await Promise.all([child(), child()]);
  expect(first).toMatch(/^postgresql:/);
  expect(second).toBe(first);
  expect((await readdir(folder)).sort()).toEqual(["postgres", "postgres.json"]);
  expect((await stat(file("postgres.json"))).mode & 0o777).toBe(0o600);
});

it("is found again when its address was written down wrongly", async () => {
  const running = await child();
  const address = JSON.parse(await readFile(file("postgres.json"), "utf8")) as { port: number };
  await writeFile(file("postgres.json"), JSON.stringify({ ...address, port: 1 }));
  expect(await child()).toBe(running);
  expect(JSON.parse(await readFile(file("postgres.json"), "utf8"))).toEqual(address);
});

it("starts after a kill, also when another process of its user has got the old server's id", async () => {
  const address = await child();
  const [pid = "", ...rest] = await postmaster();
  const { uid, gid } = await stat(file("postgres"));
  process.kill(Number(pid), "SIGKILL");
  const other = spawn("sleep", ["60"], { uid, gid, cwd: "/" });
  try {
    await writeFile(file("postgres/postmaster.pid"), [other.pid, ...rest].join("\n"));
    expect(await child()).toBe(address);
    expect((await postmaster())[0]).not.toBe(String(other.pid));
  } finally {
    other.kill();
  }
});

const answers = (url: string) => withClient(url, (client) => client.query("SELECT 1")).then(() => true, () => false); // prettier-ignore

it("stays up for a process that has only just started when another one leaves, and goes with the last", async () => {
  const user = await embeddedUser(folder);
  try {
    await child("stop");
    expect(await answers(user.url)).toBe(true);
  } finally {
    await user.kill();
  }
  await child("stop");
  expect(await answers(user.url)).toBe(false);
});

it("is not stopped while another process is told of it", async () => {
  const address = await child();
  await writeFile(file("postgres.lock"), String(process.pid));
  const stopped = child("stop");
  await sleep(3000);
  expect(await answers(address)).toBe(true);
  await rm(file("postgres.lock"));
  await stopped;
  expect(await answers(address)).toBe(false);
});

it("waits for no process that only has the id of one that was killed in its turn", async () => {
  await writeFile(file("postgres.lock"), `${process.pid} 1`);
  expect(await child()).toMatch(/^postgresql:/);
});
