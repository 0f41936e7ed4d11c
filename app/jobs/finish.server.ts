import type { z } from "zod";
import { audit, type Actor } from "../audit/commands.server";
import { CHECKPOINT_PREFIX, type checkpointRequest, type CompleteRequest, type Failure, type releaseRequest } from "../contract/jobs";
import type { Transaction } from "../database/client.server";
import type { Job, Prisma } from "../generated/prisma/client";
import { freeName } from "../models/names.server";
import { average } from "../contract/recipes";
import { withFence } from "./fence.server";
import { dropCheckpoint, requireArtifacts } from "./files.server";

type TokenActor = Extract<Actor, { kind: "token" }>;
const now = () => new Date();

/** Makes uploaded files the job's checkpoint: whoever claims the job next goes on from there. */
export async function saveCheckpoint(caller: TokenActor, jobId: string, input: z.output<typeof checkpointRequest>) {
  return withFence(caller, jobId, input.fence, async (tx) => {
    await requireArtifacts(tx, input.files);
    await dropCheckpoint(tx, jobId);
    await tx.jobFile.createMany({ data: input.files.map(({ path, sha256 }) => ({ jobId, path: CHECKPOINT_PREFIX + path, sha256 })) });
    return { step: input.step };
  });
}

/** Ends the job, keeps its files and registers its model with its parents, all or nothing. */
export async function completeJob(caller: TokenActor, jobId: string, input: CompleteRequest) {
  return withFence(caller, jobId, input.fence, async (tx, job) => {
    await requireArtifacts(tx, [...input.files, ...(input.model?.files ?? [])]);
    await dropCheckpoint(tx, jobId);
    await tx.jobFile.createMany({ data: input.files.map(({ path, sha256 }) => ({ jobId, path, sha256 })) });
    const model = input.model ? await registerResult(tx, caller, job, input, input.model) : null;
    await tx.job.update({
      where: { id: jobId },
      data: {
        status: "done",
        progress: 1,
        phase: "done",
        result: input.result as Prisma.InputJsonObject,
        leaseExpiresAt: null,
        finishedAt: now(),
      },
    });
    await audit(tx, caller, { action: "job.complete", subjectType: "job", subjectId: jobId, detail: { modelId: model?.id ?? null } });
    return { modelId: model?.id ?? null, modelName: model?.name ?? null };
  });
}

async function registerResult(
  tx: Transaction,
  caller: TokenActor,
  job: Job,
  input: CompleteRequest,
  made: NonNullable<CompleteRequest["model"]>,
) {
  const parents = parentsOf(job);
  const model = await tx.model.create({
    data: {
      name: await freeName(tx, job.name),
      kind: "checkpoint",
      task: made.task,
      jobId: job.id,
      metrics: input.metrics,
      sizeBytes: made.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      files: { create: made.files.map(({ path, sha256 }) => ({ path, sha256 })) },
      parents: { create: parents.map((parentId) => ({ parentId })) },
    },
  });
  await audit(tx, caller, { action: "model.register", subjectType: "model", subjectId: model.id, detail: { jobId: job.id, parents } });
  return model;
}

function parentsOf(job: Job): string[] {
  if (job.type === "average") return [...new Set(average.parse(job.params).models.map(({ id }) => id))];
  return job.baseModelId ? [job.baseModelId] : [];
}

/**
 * Ends an attempt. A retryable failure puts the job back into the queue while attempts are left; the last one, and one
 * that would fail the same way again, ends the job. The message stays visible in both cases.
 */
export async function failJob(caller: TokenActor, jobId: string, input: Failure & { fence: number }) {
  const { fence, ...failure } = input;
  return withFence(caller, jobId, fence, async (tx, job) => {
    const again = failure.retryable && job.attempts < job.maxAttempts;
    const status = job.status === "cancelling" ? "cancelled" : again ? "queued" : "failed";
    await tx.job.update({
      where: { id: jobId },
      data: { status, error: failure, leaseExpiresAt: null, ...(status === "queued" ? { workerId: null } : { finishedAt: now() }) },
    });
    await audit(tx, caller, { action: "job.fail", subjectType: "job", subjectId: jobId, detail: { ...failure, status } });
    return { status };
  });
}

/** The worker stopped as it was asked: by an admin's cancel, or because it shuts down, which costs the job no attempt. */
export async function releaseJob(caller: TokenActor, jobId: string, input: z.output<typeof releaseRequest>) {
  return withFence(caller, jobId, input.fence, async (tx, job) => {
    const cancelled = job.status === "cancelling";
    await tx.job.update({
      where: { id: jobId },
      data: cancelled
        ? { status: "cancelled", leaseExpiresAt: null, finishedAt: now() }
        : {
            status: "queued",
            leaseExpiresAt: null,
            workerId: null,
            attempts: Math.max(0, job.attempts - 1),
            phase: "stopped with a checkpoint",
          },
    });
    return { status: cancelled ? ("cancelled" as const) : ("queued" as const) };
  });
}
