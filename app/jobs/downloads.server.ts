import { score } from "../contract/recipes";
import { db } from "../database/client.server";
import type { Job } from "../generated/prisma/client";
import { type WorkerCaller, stale } from "./fence.server";

const UUID = /^[0-9a-f-]{36}$/;

/**
 * What a worker may download: what the jobs that it holds name, and the files of models, which every worker may serve.
 * As everywhere, a lease that ran out counts until somebody else claims. Whoever asks for the files of a job that is not
 * theirs any more hears `stale_fence`, and so drops that run only.
 */
const heldBy = ({ tokenId }: WorkerCaller) => ({
  status: { in: ["running" as const, "cancelling" as const] },
  worker: { tokenId },
});

export async function heldJob(caller: WorkerCaller, id: string): Promise<Job> {
  const job = UUID.test(id) && (await db.job.findFirst({ where: { ...heldBy(caller), id } }));
  if (!job) throw stale("This worker does not hold this job.");
  return job;
}

export async function requireRelease(caller: WorkerCaller, releaseId: string): Promise<void> {
  if ((await db.job.count({ where: { ...heldBy(caller), releaseId } })) === 0) throw notTheirs();
}

export async function requireArtifact(caller: WorkerCaller, sha256: string): Promise<void> {
  if ((await db.modelFile.count({ where: { sha256 } })) > 0) return;
  const held = await db.job.findMany({ where: heldBy(caller), select: { id: true, type: true, params: true } });
  const samples = held.flatMap(({ type, params }) => (type === "score" ? (score.parse(params).samples_job_id ?? []) : []));
  const jobId = { in: [...held.map(({ id }) => id), ...samples] };
  if ((await db.jobFile.count({ where: { sha256, jobId } })) === 0) throw notTheirs();
}

const notTheirs = () => stale("No job that this worker holds names this file.");
