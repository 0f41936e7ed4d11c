import { audit, type Actor } from "../audit/commands.server";
import { CHECKPOINT_PREFIX } from "../contract/jobs";
import { ABOUT, paramsOf, sample, score, type JobType } from "../contract/recipes";
import { db, type Transaction } from "../database/client.server";
import { notFound, UserError } from "../errors";
import type { Job, Prisma } from "../generated/prisma/client";
import { modelIds } from "./describe.server";
import { formFields } from "./form-fields";
import { newJob, type NewJob } from "./schema";

/** Puts a job into the queue. Throws UserError, naming the field, when it could not run as it is. */
export async function createJob(actor: Actor, input: NewJob): Promise<Job> {
  const job = parseInput(input);
  const params = parseParams(job.type, job.params);
  return db.$transaction(async (tx) => {
    await checkRelease(tx, job.type, job.releaseId, params);
    await checkModels(tx, job.type, job.baseModelId, params);
    await checkPool(tx, job.type, params);
    const row = await tx.job.create({
      data: { ...job, params: params as Prisma.InputJsonObject, createdById: actor.id },
    });
    await audit(tx, actor, { action: "job.create", subjectType: "job", subjectId: row.id, detail: { number: row.number, type: row.type } });
    return row;
  });
}

function parseInput(input: NewJob) {
  const parsed = newJob.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(issue?.message ?? "The job cannot be used.", 422, issue?.path.join("."));
}

/** The settings with every default filled in. Throws UserError with the first setting at fault. */
export function parseParams(type: JobType, params: Record<string, unknown>): Record<string, unknown> {
  const parsed = paramsOf[type].safeParse(params);
  if (parsed.success) return parsed.data;
  const fields = Object.fromEntries(parsed.error.issues.map((issue) => [`params.${issue.path.join(".")}`, issue.message]));
  const [first] = parsed.error.issues;
  const title = formFields(type).find(({ name }) => name === first?.path[0])?.title ?? first?.path.join(".");
  throw new UserError(first ? `${title}: ${first.message}` : "The settings cannot be used.", 422, Object.keys(fields)[0], { fields });
}

async function checkRelease(tx: Transaction, type: JobType, releaseId: string | null, params: Record<string, unknown>): Promise<void> {
  const need = ABOUT[type].release;
  if (!need && releaseId) throw new UserError("This type of job takes no release.", 422, "releaseId");
  if (need === "required" && !releaseId) throw new UserError("Choose a release to work on.", 422, "releaseId");
  if (type === "score" && !releaseId && !score.parse(params).samples_job_id)
    throw new UserError("Choose a release, or a sampling job whose responses are to be scored.", 422, "releaseId");
  if (!releaseId) return;
  const release = await tx.release.findUnique({ where: { id: releaseId } });
  if (!release) throw notFound("This release");
  if (release.status !== "done")
    throw new UserError(`Release ${release.number} is ${release.status}; choose one that is done.`, 422, "releaseId");
}

async function checkModels(tx: Transaction, type: JobType, baseModelId: string | null, params: Record<string, unknown>): Promise<void> {
  const { base } = ABOUT[type];
  if (base && !baseModelId) throw new UserError("Choose a model.", 422, "baseModelId");
  if (!base && baseModelId) throw new UserError("This type of job takes its models from its settings.", 422, "baseModelId");
  const ids = modelIds({ type, params, baseModelId });
  const models = await tx.model.findMany({ where: { id: { in: ids } } });
  const field = type === "average" ? "params.models" : "baseModelId";
  if (models.length < new Set(ids).size) throw new UserError("A chosen model does not exist any more.", 422, field);
  for (const model of models) {
    if (model.kind === "endpoint") throw new UserError(`${model.name} is an endpoint; a worker needs a checkpoint's files.`, 422, field);
    if (base && base !== "any" && model.task !== base)
      throw new UserError(`${model.name} is a ${model.task} model; this needs a ${base} one.`, 422, field);
  }
  if (new Set(models.map(({ task }) => task)).size > 1)
    throw new UserError("Average models of one kind: writers or scorers, not both.", 422, field);
}

async function checkPool(tx: Transaction, type: JobType, params: Record<string, unknown>): Promise<void> {
  if (type === "sample" && !(await tx.pool.findUnique({ where: { id: sample.parse(params).pool_id } })))
    throw new UserError("Choose a prompt pool.", 422, "params.pool_id");
}

/**
 * A job that waits is cancelled at once. One that runs is asked to stop: its worker hears of it at the next heartbeat,
 * and when the worker is gone, the end of the lease ends the job.
 */
export async function cancelJob(actor: Actor, jobId: string): Promise<Job> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Job" WHERE "id" = ${jobId}::uuid FOR UPDATE`;
    const job = await tx.job.findUnique({ where: { id: jobId } });
    if (!job) throw notFound("This job");
    if (job.status === "cancelling") return job;
    if (job.status !== "queued" && job.status !== "running") throw new UserError(`Job ${job.number} is ${job.status} already.`, 409);
    const now = new Date();
    const data =
      job.status === "queued"
        ? { status: "cancelled" as const, finishedAt: now, cancelRequestedAt: now }
        : { status: "cancelling" as const, cancelRequestedAt: now };
    await audit(tx, actor, { action: "job.cancel", subjectType: "job", subjectId: jobId });
    return tx.job.update({ where: { id: jobId }, data });
  });
}

/**
 * A finished job tried again as a new one with the same recipe. With `resume` it goes on from the old one's last
 * uploaded checkpoint, if there is one; without, it starts afresh.
 */
export async function retryJob(actor: Actor, jobId: string, { resume }: { resume: boolean }): Promise<Job> {
  return db.$transaction(async (tx) => {
    const old = await tx.job.findUnique({
      where: { id: jobId },
      include: { files: { where: { path: { startsWith: CHECKPOINT_PREFIX } } } },
    });
    if (!old) throw notFound("This job");
    if (!["failed", "cancelled", "done"].includes(old.status))
      throw new UserError(`Job ${old.number} is ${old.status}; wait until it ends.`, 409);
    const files = resume ? old.files.map(({ path, sha256 }) => ({ path, sha256 })) : [];
    const row = await tx.job.create({
      data: {
        name: old.name,
        type: old.type,
        params: old.params as Prisma.InputJsonObject,
        releaseId: old.releaseId,
        baseModelId: old.baseModelId,
        maxAttempts: old.maxAttempts,
        createdById: actor.id,
        retryOfId: old.id,
        files: { create: files },
      },
    });
    await audit(tx, actor, {
      action: "job.retry",
      subjectType: "job",
      subjectId: row.id,
      detail: { retryOf: old.id, resume: files.length > 0 },
    });
    return row;
  });
}
