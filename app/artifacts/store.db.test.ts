import { createHash } from "node:crypto";
import { access, mkdir, readFile, readdir, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { makeJob, makeWorker } from "../../tests/support/jobs";
import { claim } from "../jobs/claim.server";
import { CHECKPOINT_PREFIX } from "../contract/jobs";
import { completeJob, failJob, saveCheckpoint } from "../jobs/finish.server";
import { retryJob } from "../jobs/commands.server";
import { db } from "../database/client.server";
import { env } from "../env.server";
import { startBackground } from "../server/background.server";
import { artifactPath, pruneArtifacts, receive, received } from "./store.server";

const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
async function* chunks(bytes: Buffer, size = 1000) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function* broken(bytes: Buffer) {
  yield* chunks(bytes);
  await Promise.reject(new Error("connection reset"));
}
const put = (sha256: string, jobId: string, bytes: Buffer, start = 0, total = bytes.length) =>
  receive(sha256, jobId, { start, total, body: chunks(bytes.subarray(start)) });
const content = (seed: string) => Buffer.from(seed.repeat(700));

async function running() {
  const worker = await makeWorker();
  const job = await makeJob(worker.admin);
  await claim(worker.caller, worker.request);
  return { ...worker, job };
}

describe("uploads", () => {
  it("go on where a broken connection left them, and end in a file with the right name", async () => {
    const bytes = content("resumed");
    const sha256 = hashOf(bytes);
    await expect(receive(sha256, "job-1", { start: 0, total: bytes.length, body: broken(bytes.subarray(0, 3000)) })).rejects.toThrow(
      "reset",
    );
    const state = await received(sha256, "job-1");
    expect(state).toEqual({ sha256, receivedBytes: 3000, done: false });
    expect(await put(sha256, "job-1", bytes, state.receivedBytes)).toMatchObject({ done: true });
    expect(await readFile(artifactPath(sha256))).toEqual(bytes);
    expect(await db.artifact.findUnique({ where: { sha256 } })).toMatchObject({ sizeBytes: BigInt(bytes.length) });
  });

  it("leave no file under the name before the content is checked, and drop what is wrong", async () => {
    const bytes = content("changed");
    const sha256 = hashOf(content("original"));
    await expect(put(sha256, "job-1", bytes)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining(hashOf(bytes)) as string,
    });
    await expect(readFile(artifactPath(sha256))).rejects.toThrow("ENOENT");
    expect(await received(sha256, "job-1")).toMatchObject({ receivedBytes: 0, done: false });
  });

  it("refuse a piece that would leave a hole, and more bytes than announced", async () => {
    const bytes = content("holes");
    await expect(put(hashOf(bytes), "job-1", bytes, 1000)).rejects.toMatchObject({ status: 409, detail: { expected: 0 } });
    await expect(put(hashOf(bytes), "job-1", bytes, 0, 100)).rejects.toMatchObject({ status: 422 });
  });

  it("are one file when two jobs send the same content at once, or one sends it again", async () => {
    const bytes = content("same");
    const sha256 = hashOf(bytes);
    const states = await Promise.all([put(sha256, "job-1", bytes), put(sha256, "job-2", bytes), put(sha256, "job-1", bytes)]);
    expect(states.every(({ done }) => done)).toBe(true);
    expect(await put(sha256, "job-3", Buffer.alloc(0), 0, bytes.length)).toMatchObject({ done: true });
  });

  it("are whole when a worker sends a piece again while its first try is still being taken in", async () => {
    // The others start at many moments of the first try: what they find is gone, half there, or not there yet. Where the file was
    // asked about before it was opened, three times as many moments met the gap once in three runs.
    for (let wait = 0; wait < 120; wait += 3) {
      const bytes = Buffer.alloc(2000, `after ${wait} `);
      const sha256 = hashOf(bytes);
      const first = put(sha256, "job-1", bytes);
      for (let turn = 0; turn < wait; turn++) await new Promise(setImmediate);
      const tries = await Promise.allSettled([first, put(sha256, "job-1", bytes), put(sha256, "job-1", bytes)]);
      expect(
        tries.map((one) => (one.status === "fulfilled" ? one.value.done : String(one.reason))),
        `after ${wait}`,
      ).toEqual([true, true, true]);
      expect(hashOf(await readFile(artifactPath(sha256)))).toBe(sha256);
    }
  });

  it("take an empty file", async () => {
    const empty = Buffer.alloc(0);
    expect(await put(hashOf(empty), "job-1", empty)).toMatchObject({ done: true });
  });

  it("say that the disk is full, and keep what was there", async () => {
    const bytes = content("no room");
    const incoming = path.join(env.TIEBREAK_DATA_DIR, "artifacts", "incoming");
    await mkdir(incoming, { recursive: true });
    // Every write to this device fails as on a full disk.
    await symlink("/dev/full", path.join(incoming, `${hashOf(bytes)}.job-1.part`));
    await expect(put(hashOf(bytes), "job-1", bytes)).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining("disk is full") as string,
    });
    expect(await readdir(incoming)).toContain(`${hashOf(bytes)}.job-1.part`);
  });
});

describe("what a job leaves", () => {
  it("registers the model with its parents, release and job in one step", async () => {
    const { caller, job } = await running();
    const weights = content("weights");
    const file = { path: "model.safetensors", sha256: hashOf(weights), sizeBytes: weights.length };
    const done = {
      fence: 1,
      result: { steps: 3 },
      metrics: { accuracy: 0.7 },
      model: { task: "reward" as const, files: [file] },
      files: [{ ...file, path: "report.json" }],
    };
    await expect(completeJob(caller, job.id, done)).rejects.toMatchObject({ status: 422, detail: { missing: [file.sha256] } });
    expect(await db.job.findUnique({ where: { id: job.id } })).toMatchObject({ status: "running" });
    await put(file.sha256, job.id, weights);
    const { modelId, modelName } = await completeJob(caller, job.id, done);
    expect(modelName).toBe("sampled");
    const model = await db.model.findUniqueOrThrow({
      where: { id: modelId ?? "" },
      include: { parents: true, files: true, job: { include: { files: true } } },
    });
    expect(model).toMatchObject({
      task: "reward",
      sizeBytes: BigInt(weights.length),
      metrics: { accuracy: 0.7 },
      parents: [{ parentId: job.baseModelId }],
    });
    expect(model.files).toMatchObject([{ path: "model.safetensors", sha256: file.sha256 }]);
    expect(model.job).toMatchObject({ id: job.id, status: "done", progress: 1, result: { steps: 3 }, files: [{ path: "report.json" }] });
    await expect(completeJob(caller, job.id, done)).rejects.toMatchObject({ status: 409 });
  });

  it("hands an uploaded checkpoint to whoever claims next, and to a resumed retry", async () => {
    const { caller, request, admin, job } = await running();
    const state = content("state");
    const file = { path: "step-10/state.pt", sha256: hashOf(state), sizeBytes: state.length };
    await expect(saveCheckpoint(caller, job.id, { fence: 1, step: 10, files: [file] })).rejects.toMatchObject({ status: 422 });
    await put(file.sha256, job.id, state);
    await saveCheckpoint(caller, job.id, { fence: 1, step: 10, files: [file] });
    const again = await claim(caller, request);
    expect(again.job?.checkpoint).toMatchObject([{ ...file, url: `/api/worker/v1/artifacts/${file.sha256}` }]);
    await failJob(caller, job.id, { fence: 2, phase: "train", message: "broke", hint: "", retryable: false });
    const retry = await retryJob(admin, job.id, { resume: true });
    expect(await db.jobFile.findMany({ where: { jobId: retry.id } })).toMatchObject([{ path: CHECKPOINT_PREFIX + file.path }]);
  });
});

describe("pruning", () => {
  const old = new Date(Date.now() - 25 * 3_600_000);
  const age = (sha256: string) => db.artifact.update({ where: { sha256 }, data: { createdAt: old } });
  const there = (file: string) => access(file).then(() => true, () => false); // prettier-ignore

  it("removes replaced checkpoints and uploads that nobody finished, and keeps what is in use, new, or asked for again", async () => {
    await db.job.updateMany({ where: { status: "queued" }, data: { status: "cancelled" } });
    const { caller, job } = await running();
    const names = ["replaced", "in use", "new", "asked for"] as const;
    const hashes = await Promise.all(names.map(async (name) => (await put(hashOf(content(name)), job.id, content(name))).sha256));
    const [replaced = "", used = "", , asked = ""] = hashes;
    for (const sha256 of [replaced, used, asked]) await age(sha256);
    const checkpoint = (sha256: string, name: string) =>
      saveCheckpoint(caller, job.id, { fence: 1, step: 1, files: [{ path: "a", sha256, sizeBytes: content(name).length }] });
    await checkpoint(replaced, "replaced");
    await checkpoint(used, "in use");
    expect(await received(asked, job.id)).toMatchObject({ done: true });
    await receive(hashOf(content("half")), job.id, { start: 0, total: 9999, body: chunks(content("half")) });
    const part = `${hashOf(content("half"))}.${job.id}.part`;
    await utimes(path.join(env.TIEBREAK_DATA_DIR, "artifacts", "incoming", part), old, old);
    await pruneArtifacts();
    expect(await Promise.all(hashes.map((sha256) => there(artifactPath(sha256))))).toEqual([false, true, true, true]);
    expect(await received(hashOf(content("half")), job.id)).toMatchObject({ receivedBytes: 0 });
  });

  it("is done by the server", async () => {
    const prune = vi.spyOn(globalThis, "setTimeout");
    await (await startBackground()).stop();
    expect(prune.mock.calls.map(([, ms]) => ms)).toContain(3_600_000);
    prune.mockRestore();
  });
});
