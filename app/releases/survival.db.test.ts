import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { beginsToWrite, releaseProcess } from "../../tests/support/release-process";
import { makeRelease } from "../../tests/support/releases";
import { givenPool } from "../../tests/support/votes";
import { COMMAND_LINE } from "../audit/commands.server";
import { claimRunById, STALE_SECONDS } from "../background/queue.server";
import { executeRun, type RunContext, type Work } from "../background/runner.server";
import { db, pool } from "../database/client.server";
import { createRelease } from "./commands.server";
import { releasesFolder, releaseWork } from "./work.server";

let poolId: string;
let dataDir: string;
const ROWS = 300;

beforeAll(async () => {
  // Noise, so that nothing shrinks it: a release of several megabytes.
  const noise = () => Array.from({ length: 400 }, () => Math.random().toString(36).slice(2)).join(" ");
  const comparisons = Array.from({ length: ROWS }, (_, index) => ({
    prompt: `Prompt ${index}`,
    responses: [noise(), noise()] as [string, string],
    votes: [{ by: "ann", side: 0 as const, strength: "better" as const }],
  }));
  poolId = (await givenPool("Large", comparisons)).poolId;
}, 120_000);

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "tiebreak-release-"));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const order = () => createRelease(COMMAND_LINE, { name: "Survivor", options: { pools: [poolId] } });
const read = (id: string) => db.release.findUniqueOrThrow({ where: { id }, include: { _count: { select: { items: true } } } });
/** Makes an ordered release in this process, and tells of its progress. */
async function makeClaimed(id: string, progress: RunContext["progress"], stop = new AbortController()) {
  const run = await claimRunById("Release", id);
  if (!run) throw new Error("the release was taken by somebody else");
  const execute: Work["execute"] = (claimed, context) => releaseWork.execute(claimed, { ...context, progress });
  return await executeRun({ ...releaseWork, execute }, run, { stop: stop.signal, onStop: "cancel" });
}
const left = () => readdir(path.join(dataDir, "releases"));

describe("a full disk", () => {
  it("fails the release in words, and leaves neither files nor a half-made row", async () => {
    const { id } = await order();
    // A file system of 2 MB where we may mount one, else the system's limit on the size of a file: both are real errors of a write.
    const full = mounted(dataDir);
    const shell = full ? undefined : 'ulimit -f 512; exec "$@"';
    const { output } = await releaseProcess(id, { dataDir, ...(shell ? { shell } : {}) }).ended;
    const files = await left();
    if (full) execFileSync("umount", [dataDir]);
    expect(output.trim()).toBe("failed");
    const release = await read(id);
    expect(release).toMatchObject({ status: "failed", contentHash: null, manifest: null, _count: { items: 0 } });
    expect(release.error).toMatch(/^No room left in .*\((ENOSPC|EFBIG)\)\. Nothing of the release was kept, .* Free some space/);
    expect(files).toEqual([]);
    // With room again, a new release of the same votes comes out whole.
    expect((await makeRelease({ pools: [poolId] })).manifest?.counts.rows).toBe(ROWS);
  }, 120_000);
});

function mounted(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("kill -9 in the middle", () => {
  it("leaves nothing published, and the next process makes the same release from the beginning", async () => {
    const expected = await makeRelease({ pools: [poolId] }, "Survivor");
    const { id, number } = await order();
    const { child, ended } = releaseProcess(id, { dataDir });
    await beginsToWrite(dataDir);
    child.kill("SIGKILL");
    await ended;
    expect((await left()).filter((name) => !name.startsWith("."))).toEqual([]);
    expect(await read(id)).toMatchObject({ status: "running", contentHash: null, _count: { items: 0 } });
    // As long after as another process waits before it takes a run for dead.
    await db.$executeRaw`UPDATE "Release" SET "heartbeatAt" = now() - make_interval(secs => ${STALE_SECONDS + 1}) WHERE "id" = ${id}::uuid`;
    const second = await releaseProcess(id, { dataDir }).ended;
    expect(second.output.trim()).toBe("done");
    expect(await left()).toEqual([String(number)]);
    expect(await read(id)).toMatchObject({ status: "done", contentHash: expected.release.contentHash, _count: { items: ROWS } });
  }, 120_000);
});

describe("the process that writes it is killed", () => {
  it("fails the release in words and leaves nothing; made again, it comes out whole", async () => {
    const { id } = await order();
    // Its publishing waits for this lock, so it is killed before it is done, however quick it is.
    const lock = await pool.connect();
    await lock.query(`BEGIN; LOCK TABLE "ReleaseItem" IN EXCLUSIVE MODE`);
    let killed = false;
    const outcome = await makeClaimed(id, () => {
      if (!killed) execFileSync("pkill", ["-KILL", "-f", `releases/child.ts ${id}`]);
      killed = true;
    });
    await lock.query("ROLLBACK");
    lock.release();
    expect(outcome).toBe("failed");
    const release = await read(id);
    expect(release).toMatchObject({ status: "failed", contentHash: null, _count: { items: 0 } });
    expect(release.error).toMatch(/ended in the middle \(SIGKILL\).*Nothing of the release was kept/);
    expect((await readdir(releasesFolder())).filter((name) => name.startsWith("."))).toEqual([]);
    expect((await makeRelease({ pools: [poolId] })).manifest?.counts.rows).toBe(ROWS);
  }, 60_000);
});

describe("cancelling", () => {
  it("removes what was written and says so", async () => {
    const stop = new AbortController();
    stop.abort();
    const { outcome, release, folder } = await makeRelease({ pools: [poolId] }, "Stopped", stop);
    expect(outcome).toBe("cancelled");
    expect(release).toMatchObject({ status: "cancelled", contentHash: null });
    expect((await readdir(path.dirname(folder))).filter((name) => name.startsWith(".") || name === path.basename(folder))).toEqual([]);
  });

  it("works in the middle of reading, and the next release comes out whole", async () => {
    const { id } = await order();
    const stop = new AbortController();
    expect(await makeClaimed(id, (columns) => void (columns.rowsDone && stop.abort()), stop)).toBe("cancelled");
    expect(await read(id)).toMatchObject({ status: "cancelled", contentHash: null, _count: { items: 0 } });
    expect((await readdir(releasesFolder())).filter((name) => name.startsWith("."))).toEqual([]);
    expect((await makeRelease({ pools: [poolId] })).manifest?.counts.rows).toBe(ROWS);
  });
});
