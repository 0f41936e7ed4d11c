import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { withClient } from "../../tests/support/database-server";
import { embeddedProcess, embeddedUser } from "../../tests/support/embedded-process";

// Each test starts several processes and a server, on a machine that does other things.
vi.setConfig({ testTimeout: 120_000 });

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
  await symlink("999999999", file("postgres.lock"));
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

it("starts after a kill whose process nobody has asked about yet, so that its id still counts as taken", async () => {
  const address = await child();
  const [pid = "", ...rest] = await postmaster();
  const { uid, gid } = await stat(file("postgres"));
  process.kill(Number(pid), "SIGKILL");
  // What replaces the shell does not know that it has a child, and so never takes note of its end. The shell would: the child
  // ends only when it is replaced.
  const script = "(until grep -q sleep /proc/$$/comm; do sleep 0.1; done) & echo $!; exec sleep 60";
  const parent = spawn("sh", ["-c", script], { uid, gid, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [zombie] = (await once(parent.stdout, "data")) as [Buffer];
    const state = async () => / ([A-Z]) /.exec(await readFile(`/proc/${String(zombie).trim()}/stat`, "utf8"))?.[1];
    await expect.poll(state).toBe("Z");
    await writeFile(file("postgres/postmaster.pid"), [String(zombie).trim(), ...rest].join("\n"));
    expect(await child()).toBe(address);
  } finally {
    parent.kill();
  }
});

const names = (url: string) =>
  withClient(url, async (client) => (await client.query<{ relname: string }>("SELECT relname FROM pg_class WHERE relname LIKE 'only_%'")).rows.map(({ relname }) => relname)); // prettier-ignore

it("serves a copied data folder from that folder, never from the original's server, whose address and id the copy holds", async () => {
  await child("stop");
  const copy = await mkdtemp(path.join(tmpdir(), "tiebreak-copy-"));
  try {
    await promisify(execFile)("cp", ["-a", `${folder}/.`, copy]);
    const original = await child();
    await cp(file("postgres/postmaster.pid"), path.join(copy, "postgres/postmaster.pid"));
    // As `cp -r` by root leaves it.
    if (process.getuid?.() === 0) await promisify(execFile)("chown", ["-R", "root:root", copy]);
    const copied = await embeddedProcess(copy);
    expect(copied).not.toBe(original);
    await withClient(copied, (client) => client.query("CREATE TABLE only_in_copy ()"));
    expect([await names(original), await names(copied)]).toEqual([[], ["only_in_copy"]]);
    await embeddedProcess(copy, "stop");
    expect([await answers(original), await answers(copied)]).toEqual([true, false]);
  } finally {
    await embeddedProcess(copy, "stop");
    await rm(copy, { recursive: true, force: true });
  }
});

it.runIf(process.getuid?.() === 0)("runs under root in a folder that only root may enter, such as root's own home", async () => {
  const home = await mkdtemp(path.join(tmpdir(), "tiebreak-home-"));
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  const data = path.join(home, "data");
  try {
    const url = await embeddedProcess(data);
    await withClient(url, (client) => client.query("CREATE TABLE only_here ()"));
    const [pid] = (await readFile(path.join(data, "postgres/postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(pid), "SIGKILL");
    expect(await names(await embeddedProcess(data))).toEqual(["only_here"]);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  } finally {
    await embeddedProcess(data, "stop");
    await rm(home, { recursive: true, force: true });
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
  await symlink(String(process.pid), file("postgres.lock"));
  const stopped = child("stop");
  await sleep(3000);
  expect(await answers(address)).toBe(true);
  await rm(file("postgres.lock"));
  await stopped;
  expect(await answers(address)).toBe(false);
});

it("waits for no process that only has the id of one that was killed in its turn", async () => {
  await symlink(`${process.pid} 1`, file("postgres.lock"));
  expect(await child()).toMatch(/^postgresql:/);
});
