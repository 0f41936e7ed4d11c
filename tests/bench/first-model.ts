import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import { workerProgram } from "../../bin/worker-environment.mjs";
import { openWorld, type World } from "../browser/world";
import { printTable } from "./support/figures";
import { registerModel, startJob } from "./support/jobs";
import { python } from "./support/python";
import { cutRelease } from "./support/release";
import { startUp, type Up } from "./support/up";
import { demoAdmin, expect, Walk } from "./support/walk";

const LEASE_SECONDS = 60;
const RELEASE = "Demo votes";

/**
 * From `npm run up` on an installed clone to a reward model that was trained on the demo votes, through the browser;
 * then how long a run stands still when its worker gets kill -9: until the same worker is back, and until another one
 * takes the run over, for which the lease has to run out.
 *
 *   npm run bench -- first-model
 */
export async function bench(): Promise<void> {
  const up = await startUp({ TIEBREAK_WORKER_LEASE_SECONDS: String(LEASE_SECONDS) });
  const since = () => ((Date.now() - up.startedAt) / 1000).toFixed(1);
  const times = [["address printed", since()]];
  const scratch = await mkdtemp(path.join(tmpdir(), "tiebreak-first-model-"));
  const world = await openWorld(up.dataDir);
  const walk = await Walk.start(up.url);
  try {
    const page = await demoAdmin(walk, up.dataDir);
    await cutRelease(walk, page, { name: RELEASE, pools: [], aggregation: "majority", test: 20 }, scratch);
    times.push(["release cut", since()]);
    await python("tiebreak-worker", ["tiny-model", "--out", path.join(scratch, "tiny")]);
    await registerModel(walk, page, "tiny", path.join(scratch, "tiny"));
    const first = await trainRm(walk, page, "first", { "Comparisons per step": "8", "Learning rate": "0.003" });
    times.push(["job started", since()]);
    await expect.poll(() => statusOf(world, first), { timeout: 300_000 }).toBe("done");
    times.push(["reward model trained", since()]);
    printTable(["since npm run up", "seconds"], times);
    await kills(walk, page, world, up, scratch);
    await walk.end();
  } finally {
    await world.close();
    await up.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

const trainRm = (walk: Walk, page: Page, name: string, fields: Record<string, string>) =>
  startJob(walk, page, { type: "train_rm", name, model: "tiny", release: RELEASE, fields });

const job = (world: World, id: string) => world.db.job.findUniqueOrThrow({ where: { id } });
const statusOf = async (world: World, id: string) => (await job(world, id)).status;

/** Both ways in which a run comes back, on one long run. */
async function kills(walk: Walk, page: Page, world: World, up: Up, scratch: string): Promise<void> {
  const long = { "Comparisons per step": "8", "Passes over the data": "100", "Steps between checkpoints": "5" };
  const id = await trainRm(walk, page, "long", long);
  await steps(world, id, 12);
  const same = await standstill(world, id, () => process.kill(up.workerPid(), "SIGKILL"));
  expect(same.firstStep, "the same worker goes on from its checkpoint").toBeGreaterThan(5);
  await steps(world, id, (await job(world, id)).metricSeq + 5);
  const other = await takeOver(world, id, up, scratch);
  const row = (what: string, { claimed, goesOn }: Standstill) => [what, claimed.toFixed(1), goesOn.toFixed(1), String(2 * LEASE_SECONDS)];
  printTable(
    ["after kill -9 of the worker", "claimed again, s", "next new step, s", "two leases, s"],
    [row("the same worker, started again by npm run up", same), row("another worker", other)],
  );
  expect(Math.max(same.claimed, other.claimed), "seconds until the run was claimed again").toBeLessThan(2 * LEASE_SECONDS);
}

/** The machine of the worker goes away: nobody starts it again, and a worker with a folder of its own is there. */
async function takeOver(world: World, id: string, up: Up, scratch: string): Promise<Standstill> {
  const token = path.join(up.dataDir, "worker-token");
  const args = ["run", "--server", up.url, "--token-file", token, "--work-dir", path.join(scratch, "worker"), "--no-serve"];
  const second: ChildProcess = spawn(workerProgram("tiebreak-worker"), args, { stdio: "inherit" });
  try {
    await expect.poll(() => world.db.worker.count(), { timeout: 60_000 }).toBe(2);
    return await standstill(world, id, () => {
      process.kill(up.pid, "SIGSTOP");
      process.kill(up.workerPid(), "SIGKILL");
    });
  } finally {
    second.kill("SIGKILL");
  }
}

type Standstill = { claimed: number; goesOn: number; firstStep: number };

/** Seconds from the kill until the run is claimed again, and until it takes its next step. */
async function standstill(world: World, id: string, kill: () => void): Promise<Standstill> {
  const { attempts } = await job(world, id);
  kill();
  const killed = Date.now();
  const elapsed = () => (Date.now() - killed) / 1000;
  const options = { timeout: 180_000, intervals: [100] };
  await expect.poll(async () => (await job(world, id)).attempts, options).toBe(attempts + 1);
  const claimed = elapsed();
  const { metricSeq } = await job(world, id);
  await expect.poll(async () => (await job(world, id)).metricSeq, options).toBeGreaterThan(metricSeq);
  const { step: firstStep } = await world.db.jobMetric.findFirstOrThrow({
    where: { jobId: id, seq: { gt: metricSeq } },
    orderBy: { seq: "asc" },
  });
  return { claimed, goesOn: elapsed(), firstStep };
}

async function steps(world: World, id: string, count: number): Promise<void> {
  await expect.poll(async () => (await job(world, id)).metricSeq, { timeout: 120_000, intervals: [200] }).toBeGreaterThanOrEqual(count);
}
