import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MAX_LOG_BYTES_PER_JOB } from "../contract/jobs";
import { db, pool } from "../database/client.server";
import { env } from "../env.server";
import type { UserError } from "../errors";
import { claimOf, makeJob, makeWorker } from "../../tests/support/jobs";
import { revokeWorkerToken } from "../workers/commands.server";
import { claim, claimJob, sweepJobs } from "./claim.server";
import { cancelJob, createJob, parseParams, retryJob } from "./commands.server";
import { requireArtifact, requireRelease } from "./downloads.server";
import { completeJob, failJob, releaseJob } from "./finish.server";
import { honourLeases, leasesCount, noticeOutage } from "./lease.server";
import { addMetrics, appendLog, heartbeat } from "./progress.server";
import { promptLines } from "./prompts.server";

const failure = { phase: "train", message: "It broke.", hint: "Try less.", retryable: true };
const beat = (fence: number) => ({ fence, progress: 0.5, phase: "train", serving: null });
const expire = (id: string) => pool.query(`UPDATE "Job" SET "leaseExpiresAt" = now() - interval '1 second' WHERE "id" = $1`, [id]);
const statusOf = async (id: string) => (await db.job.findUniqueOrThrow({ where: { id } })).status;
const metric = (seq: number) => ({ seq, step: seq, at: "2026-11-22T10:00:00.000Z", values: { loss: 1 / seq } });

async function claimed() {
  const worker = await makeWorker();
  const job = await makeJob(worker.admin);
  const answer = await claim(worker.caller, worker.request);
  expect(answer.job?.id).toBe(job.id);
  return { ...worker, job, fence: answer.job?.fence ?? 0 };
}

describe("claiming a job", () => {
  it("gives each job to one worker, however many ask at once", async () => {
    const workers = await Promise.all(Array.from({ length: 8 }, (_, index) => makeWorker(`worker-${index}`)));
    const jobs = await Promise.all(workers.slice(0, 5).map(({ admin }) => makeJob(admin)));
    const answers = await Promise.all(workers.map(({ caller, request }) => claim(caller, request)));
    const given = answers.flatMap(({ job }) => (job ? [job.id] : []));
    expect(given.sort()).toEqual(jobs.map(({ id }) => id).sort());
    for (const { caller, request } of workers) {
      const { job } = await claim(caller, request);
      if (job) await releaseAll(caller, job.id, job.fence);
    }
  });

  it("waits for a job that comes while it asks", async () => {
    const { caller, admin } = await makeWorker();
    const waiting = claim(caller, claimOf("lab-1", 10));
    const job = await makeJob(admin);
    const answer = await waiting;
    expect(answer.job).toMatchObject({ id: job.id, fence: 1, attempt: 1, metricSeq: 0, logBytes: 0, models: [{ path: "/models/tiny" }] });
    await releaseAll(caller, job.id, 1);
  });

  it("gives nothing of a type that the worker does not do", async () => {
    const { caller, admin, request } = await makeWorker();
    const job = await makeJob(admin);
    expect((await claim(caller, { ...request, types: ["train_rm"] })).job).toBeNull();
    await cancelJob(admin, job.id);
  });

  it("gives a job whose lease ran out to the next worker, with a higher fence that shuts the first one out", async () => {
    const { caller, job, fence } = await claimed();
    const second = await makeWorker("other");
    expect((await claim(second.caller, second.request)).job).toBeNull();
    await expire(job.id);
    const again = await claim(second.caller, second.request);
    expect(again.job).toMatchObject({ id: job.id, fence: fence + 1, attempt: 2 });
    const stale = { status: 409, detail: { code: "stale_fence" } };
    await expect(heartbeat(caller, job.id, beat(fence))).rejects.toMatchObject(stale);
    await expect(addMetrics(caller, job.id, { fence, metrics: [metric(1)] })).rejects.toMatchObject(stale);
    await expect(appendLog(caller, job.id, { fence, offset: 0, text: "late" })).rejects.toMatchObject(stale);
    await expect(failJob(caller, job.id, { fence, ...failure })).rejects.toMatchObject(stale);
    await expect(completeJob(caller, job.id, { fence, result: {}, metrics: {}, model: null, files: [] })).rejects.toMatchObject(stale);
    await expect(releaseJob(caller, job.id, { fence, reason: "stopping" })).rejects.toMatchObject(stale);
    // The right fence in the wrong hands is refused too.
    await expect(heartbeat(caller, job.id, beat(fence + 1))).rejects.toMatchObject(stale);
    await releaseAll(second.caller, job.id, fence + 1);
  });

  it("gives a restarted worker its own job back without waiting for the lease", async () => {
    const { caller, request, job, fence } = await claimed();
    expect((await claim(caller, request)).job).toMatchObject({ id: job.id, fence: fence + 1 });
    await releaseAll(caller, job.id, fence + 1);
  });

  it("ends a job whose worker fell silent on the last attempt, and says so", async () => {
    const { admin, caller, request } = await makeWorker();
    const job = await makeJob(admin, { maxAttempts: 2 });
    for (let attempt = 1; attempt <= 2; attempt++) {
      expect((await claim(caller, request)).job).toMatchObject({ id: job.id, attempt });
      await expire(job.id);
    }
    expect((await claim(caller, request)).job).toBeNull();
    expect(await db.job.findUnique({ where: { id: job.id } })).toMatchObject({ status: "failed", error: { phase: "worker" } });
  });

  it("names a setting that cannot be by its title on the form, and by its name for the field", () => {
    const message = "Strengths that take part: Choose at least one.";
    const refused = expect.objectContaining({ message, field: "params.strengths" }) as Error;
    expect(() => parseParams("train_sft", { strengths: [] })).toThrow(refused);
  });

  it("ends a job that cannot be described, and takes the next one", async () => {
    const { admin, caller, request } = await makeWorker();
    const release = await db.release.create({
      data: {
        name: "r",
        options: {},
        status: "done",
        contentHash: "a".repeat(64),
        manifest: { files: [{ path: "train.jsonl", sha256: "b".repeat(64) }] },
      },
    });
    const base = await db.model.create({ data: { name: "base-x", kind: "checkpoint", task: "causal", path: "/m" } });
    const broken = await createJob(admin, { name: "rm", type: "train_rm", releaseId: release.id, baseModelId: base.id });
    const next = await makeJob(admin);
    expect((await claim(caller, request)).job?.id).toBe(next.id);
    expect(await db.job.findUnique({ where: { id: broken.id } })).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("lacks train.jsonl") as string },
    });
    await releaseAll(caller, next.id, 1);
  });

  it("gives a job back to the queue, at no cost, when its worker's token is revoked", async () => {
    const { admin, caller, job } = await claimed();
    const second = await makeWorker("other");
    await revokeWorkerToken(admin, caller.tokenId);
    expect(await db.job.findUnique({ where: { id: job.id } })).toMatchObject({ status: "queued", workerId: null, attempts: 0 });
    const again = await claim(second.caller, second.request);
    expect(again.job).toMatchObject({ id: job.id, attempt: 1, fence: 2 });
    await releaseAll(second.caller, job.id, 2);
  });

  it("stops waiting with 401 when the token is revoked meanwhile", async () => {
    const { admin, caller } = await makeWorker();
    const waiting = claim(caller, claimOf("lab-1", 20));
    await revokeWorkerToken(admin, caller.tokenId);
    await expect(waiting).rejects.toMatchObject({ status: 401 });
  });
});

describe("an outage of the platform itself", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => {
    vi.setSystemTime(0);
    honourLeases();
    vi.useRealTimers();
  });
  const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

  it("lets no lease run out until the workers had one lease to call", async () => {
    const { caller, job, fence } = await claimed();
    const second = await makeWorker("other");
    honourLeases();
    await expire(job.id);
    await sweepJobs();
    expect((await claim(second.caller, second.request)).job).toBeNull();
    expect(await heartbeat(caller, job.id, beat(fence))).toMatchObject({ cancel: false });
    await expire(job.id);
    pass(env.TIEBREAK_WORKER_LEASE_SECONDS);
    expect((await claim(second.caller, second.request)).job).toMatchObject({ id: job.id, fence: fence + 1 });
    await releaseAll(second.caller, job.id, fence + 1);
  });

  it("is noticed when only the database was away", async () => {
    honourLeases();
    pass(env.TIEBREAK_WORKER_LEASE_SECONDS - 5);
    await noticeOutage();
    expect(leasesCount()).toBe(false);
    for (let seconds = 0; seconds < env.TIEBREAK_WORKER_LEASE_SECONDS; seconds += 5) {
      pass(5);
      await noticeOutage();
    }
    expect(leasesCount()).toBe(true);
  });
});

describe("reporting on a job", () => {
  it("renews the lease and answers a cancel", async () => {
    const { admin, caller, job, fence } = await claimed();
    await expire(job.id);
    expect(await heartbeat(caller, job.id, beat(fence))).toMatchObject({ cancel: false });
    const row = await db.job.findUniqueOrThrow({ where: { id: job.id } });
    expect(row.leaseExpiresAt?.getTime()).toBeGreaterThan(Date.now());
    expect(row).toMatchObject({ progress: 0.5, phase: "train" });
    await cancelJob(admin, job.id);
    expect(await heartbeat(caller, job.id, beat(fence))).toMatchObject({ cancel: true });
    expect(await releaseJob(caller, job.id, { fence, reason: "cancelled" })).toEqual({ status: "cancelled" });
  });

  it("stores each metric once, in whatever pieces they come, and refuses a gap", async () => {
    const { caller, job, fence } = await claimed();
    expect(await addMetrics(caller, job.id, { fence, metrics: [metric(1), metric(2)] })).toEqual({ seq: 2 });
    expect(await addMetrics(caller, job.id, { fence, metrics: [metric(1), metric(2), metric(3)] })).toEqual({ seq: 3 });
    await expect(addMetrics(caller, job.id, { fence, metrics: [metric(5)] })).rejects.toMatchObject({
      status: 409,
      detail: { expected: 4 },
    });
    const rows = await db.jobMetric.findMany({ where: { jobId: job.id }, orderBy: { seq: "asc" } });
    expect(rows.map(({ seq, values }) => [seq, values])).toEqual([1, 2, 3].map((seq) => [seq, { loss: 1 / seq }]));
    await releaseAll(caller, job.id, fence);
  });

  it("appends to the log by byte offset: twice is once, overlaps are cut, holes are refused", async () => {
    const { caller, job, fence } = await claimed();
    const first = "größer\n";
    expect(await appendLog(caller, job.id, { fence, offset: 0, text: first })).toEqual({ bytes: 9 });
    expect(await appendLog(caller, job.id, { fence, offset: 0, text: first })).toEqual({ bytes: 9 });
    expect(await appendLog(caller, job.id, { fence, offset: 0, text: `${first}second\n` })).toEqual({ bytes: 16 });
    // A job that writes without end goes on, and fills no disk.
    await db.job.update({ where: { id: job.id }, data: { logBytes: MAX_LOG_BYTES_PER_JOB - 4 } });
    expect(await appendLog(caller, job.id, { fence, offset: MAX_LOG_BYTES_PER_JOB - 4, text: "last\n" })).toEqual({
      bytes: MAX_LOG_BYTES_PER_JOB + 1,
    });
    expect(await appendLog(caller, job.id, { fence, offset: MAX_LOG_BYTES_PER_JOB + 1, text: "more\n" })).toEqual({
      bytes: MAX_LOG_BYTES_PER_JOB + 6,
    });
    const { text } = await db.jobLog.findFirstOrThrow({ where: { jobId: job.id }, orderBy: { offset: "desc" } });
    expect(text).toMatch(/^last\n\n\[The log is longer than 64 MiB/);
    await db.jobLog.deleteMany({ where: { jobId: job.id, offset: { gt: 16 } } });
    await db.job.update({ where: { id: job.id }, data: { logBytes: 16 } });

    await expect(appendLog(caller, job.id, { fence, offset: 20, text: "x" })).rejects.toMatchObject({
      status: 409,
      detail: { expected: 16 },
    });
    const rows = await db.jobLog.findMany({ where: { jobId: job.id }, orderBy: { offset: "asc" } });
    expect(rows.map(({ text }) => text).join("")).toBe("größer\nsecond\n");
    await releaseAll(caller, job.id, fence);
  });
});

describe("downloads", () => {
  const stored = async (sha256: string) => (await db.artifact.create({ data: { sha256: sha256.repeat(64), sizeBytes: 1 } })).sha256;

  it("of a job's prompts, files and release are for the worker that holds it, also when its lease ran out, until it is another's", async () => {
    const { admin, caller, job, fence } = await claimed();
    const release = await db.release.create({ data: { name: "r", options: {} } });
    await db.job.update({ where: { id: job.id }, data: { releaseId: release.id } });
    const sha256 = await stored("a");
    await db.jobFile.create({ data: { jobId: job.id, path: "checkpoint/state.pt", sha256 } });
    const other = await makeWorker("other");
    const answers = async (who: typeof caller) =>
      (await Promise.allSettled([promptLines(who, job.id), requireArtifact(who, sha256), requireRelease(who, release.id)])).map((answer) =>
        answer.status === "fulfilled" ? "given" : (answer.reason as UserError).detail?.code,
      );
    const [given, refused] = ["given", "stale_fence"].map((answer) => Array<string>(3).fill(answer));
    expect(await answers(other.caller)).toEqual(refused);
    expect(await answers(caller)).toEqual(given);
    await expire(job.id);
    expect(await answers(caller)).toEqual(given);
    await releaseJob(caller, job.id, { fence, reason: "stopping" });
    expect(await answers(caller)).toEqual(refused);
    expect(await claimJob(other.caller, other.request)).toBe(job.id);
    await cancelJob(admin, job.id);
    expect(await answers(other.caller)).toEqual(given);
    await releaseJob(other.caller, job.id, { fence: fence + 1, reason: "cancelled" });
    expect(await answers(other.caller)).toEqual(refused);
  });

  it("of a model's files are for every worker, and those of samples for the one that scores them", async () => {
    const { admin, caller, job, fence } = await claimed();
    const [weights, samples] = [await stored("b"), await stored("c")];
    await db.modelFile.create({ data: { modelId: job.baseModelId ?? "", path: "model.safetensors", sha256: weights } });
    await db.jobFile.create({ data: { jobId: job.id, path: "samples.jsonl", sha256: samples } });
    await releaseAll(caller, job.id, fence);
    await requireArtifact(caller, weights);
    await expect(requireArtifact(caller, samples)).rejects.toMatchObject({ status: 409, detail: { code: "stale_fence" } });
    const reward = await db.model.create({ data: { name: "judge", kind: "checkpoint", task: "reward", path: "/models/judge" } });
    const scoring = await makeJob(admin, { type: "score", baseModelId: reward.id, params: { samples_job_id: job.id } });
    await db.job.update({ where: { id: scoring.id }, data: { status: "running", workerId: await workerOf(caller) } });
    await requireArtifact(caller, samples);
    await db.job.update({ where: { id: scoring.id }, data: { status: "cancelled" } });
  });

  const workerOf = async ({ tokenId }: { tokenId: string }) => (await db.worker.findFirstOrThrow({ where: { tokenId } })).id;
});

describe("ending a job", () => {
  it("queues a retryable failure again while attempts are left, and keeps the reason", async () => {
    const { caller, request, job, fence } = await claimed();
    expect(await failJob(caller, job.id, { fence, ...failure })).toEqual({ status: "queued" });
    expect(await db.job.findUnique({ where: { id: job.id } })).toMatchObject({ error: failure, workerId: null });
    expect((await claim(caller, request)).job?.attempt).toBe(2);
    expect(await failJob(caller, job.id, { fence: fence + 1, ...failure })).toEqual({ status: "queued" });
    await claim(caller, request);
    expect(await failJob(caller, job.id, { fence: fence + 2, ...failure })).toEqual({ status: "failed" });
  });

  it("ends at once on a failure that would come again", async () => {
    const { caller, job, fence } = await claimed();
    expect(await failJob(caller, job.id, { fence, ...failure, retryable: false })).toEqual({ status: "failed" });
  });

  it("costs no attempt to be given back by a worker that shuts down", async () => {
    const { caller, request, job, fence } = await claimed();
    expect(await releaseJob(caller, job.id, { fence, reason: "stopping" })).toEqual({ status: "queued" });
    expect((await claim(caller, request)).job).toMatchObject({ attempt: 1, fence: fence + 1 });
    await releaseAll(caller, job.id, fence + 1);
  });

  it("cancels a waiting job at once, and a running one at the latest with its lease", async () => {
    const { admin, caller, job } = await claimed();
    const waiting = await makeJob(admin);
    expect((await cancelJob(admin, waiting.id)).status).toBe("cancelled");
    await expect(cancelJob(admin, waiting.id)).rejects.toMatchObject({ status: 409 });
    expect((await cancelJob(admin, job.id)).status).toBe("cancelling");
    await sweepJobs();
    expect(await statusOf(job.id)).toBe("cancelling");
    await expire(job.id);
    await sweepJobs();
    expect(await statusOf(job.id)).toBe("cancelled");
    await expect(heartbeat(caller, job.id, beat(1))).rejects.toMatchObject({ status: 409 });
  });

  it("tries a finished job again as a new one with the same recipe", async () => {
    const { admin, caller, job, fence } = await claimed();
    await expect(retryJob(admin, job.id, { resume: false })).rejects.toMatchObject({ status: 409 });
    await failJob(caller, job.id, { fence, ...failure, retryable: false });
    const again = await retryJob(admin, job.id, { resume: false });
    expect(again).toMatchObject({ retryOfId: job.id, status: "queued", params: job.params, attempts: 0 });
    await cancelJob(admin, again.id);
  });
});

async function releaseAll(caller: Parameters<typeof releaseJob>[0], jobId: string, fence: number) {
  await failJob(caller, jobId, { fence, ...failure, retryable: false });
}
