import { stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { CHECKPOINT_PREFIX, filePath, sha256, type ClaimedJob, type ModelRef } from "../contract/jobs";
import { average, evaluate, score } from "../contract/recipes";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import type { Prisma } from "../generated/prisma/client";
import { releaseFolder } from "../releases/work.server";

/** Where in a job's own addresses a worker reads from. */
const api = "/api/worker/v1";

/** Only the splits' rows: trainers read no Parquet twins and none of the variants for other tools. */
export const SPLIT_FILE = /^(train|validation|test)\.jsonl$/;
const manifest = z.object({ files: z.array(z.object({ path: filePath, sha256 })) });

/** Everything that a worker needs to know of the job it has claimed. Throws UserError when something is gone. */
export async function describeJob(jobId: string): Promise<ClaimedJob> {
  const job = await db.job.findUniqueOrThrow({
    where: { id: jobId },
    include: { release: true, files: { include: { artifact: true }, orderBy: { path: "asc" } } },
  });
  const checkpoint = job.files.filter((file) => file.path.startsWith(CHECKPOINT_PREFIX));
  return {
    id: job.id,
    number: job.number,
    name: job.name,
    type: job.type,
    fence: job.fence,
    attempt: job.attempts,
    maxAttempts: job.maxAttempts,
    params: job.params as Record<string, unknown>,
    release: job.release && (await describeRelease(job.release)),
    baseModelId: job.baseModelId,
    models: await describeModels(modelIds(job)),
    inputs: await describeInputs(job),
    checkpoint: checkpoint.map((file) => download(file.path.slice(CHECKPOINT_PREFIX.length), file.artifact)),
    metricSeq: job.metricSeq,
    logBytes: job.logBytes,
  };
}

/** The models that a job reads: what it starts from, averages, or compares with. */
export function modelIds(job: { type: string; params: unknown; baseModelId: string | null }): string[] {
  if (job.type === "average") return average.parse(job.params).models.map(({ id }) => id);
  const reference = job.type === "evaluate" ? evaluate.parse(job.params).reference_model_id : undefined;
  return [job.baseModelId, reference].filter((id) => typeof id === "string");
}

async function describeRelease(release: { id: string; number: number; name: string; contentHash: string | null; manifest: unknown }) {
  const parsed = manifest.safeParse(release.manifest);
  if (!parsed.success || !release.contentHash)
    throw new UserError(`Release ${release.number} (${release.name}) is not finished, so nothing can be trained on it.`);
  const files = parsed.data.files.filter((file) => SPLIT_FILE.test(file.path));
  const sized = files.map(async (file) => {
    const found = await stat(path.join(releaseFolder(release.number), file.path)).catch(() => undefined);
    if (!found)
      throw new UserError(`Release ${release.number} lacks ${file.path} in the data folder. Restore it from a backup, or cut it again.`);
    return { ...file, sizeBytes: found.size, url: `${api}/releases/${release.id}/files/${file.path}` };
  });
  return { id: release.id, number: release.number, name: release.name, contentHash: release.contentHash, files: await Promise.all(sized) };
}

async function describeInputs(job: { id: string; type: string; params: unknown }): Promise<ClaimedJob["inputs"]> {
  if (job.type !== "score") return [];
  const { samples_job_id: samplesJobId } = score.parse(job.params);
  if (!samplesJobId) return [];
  const file = await db.jobFile.findUnique({
    where: { jobId_path: { jobId: samplesJobId, path: "samples.jsonl" } },
    include: { artifact: true },
  });
  if (!file) throw new UserError("The sampling job has no samples.jsonl, so there is nothing to score.");
  return [download("samples.jsonl", file.artifact)];
}

const download = (filePath: string, artifact: { sha256: string; sizeBytes: bigint }) => ({
  path: filePath,
  sha256: artifact.sha256,
  sizeBytes: Number(artifact.sizeBytes),
  url: `${api}/artifacts/${artifact.sha256}`,
});

const withFiles = {
  files: { include: { artifact: true }, orderBy: { path: "asc" } },
  parents: { select: { parentId: true } },
} satisfies Prisma.ModelInclude;
type WithFiles = Prisma.ModelGetPayload<{ include: typeof withFiles }>;

const ADAPTER = "adapter_config.json";
/** An adapter's only parent is the model it was trained on. */
const baseOf = (model: WithFiles): string | null =>
  model.files.some((file) => file.path === ADAPTER) ? (model.parents[0]?.parentId ?? null) : null;

function describeModel(model: WithFiles): ModelRef {
  return {
    id: model.id,
    name: model.name,
    task: model.task,
    path: model.path,
    files: model.files.map((file) => download(file.path, file.artifact)),
    baseId: baseOf(model),
  };
}

/** The models themselves and, for adapters, what they are put on, however deep. */
export async function describeModels(ids: readonly string[]): Promise<ModelRef[]> {
  const found = new Map<string, ModelRef>();
  let wanted = [...new Set(ids)];
  while (wanted.length > 0) {
    const models = await db.model.findMany({ where: { id: { in: wanted } }, include: withFiles });
    for (const model of models) found.set(model.id, describeModel(model));
    wanted = models.map(baseOf).filter((id): id is string => id !== null && !found.has(id));
  }
  return [...found.values()];
}

const SERVED_AT_MOST = 200;

/** The checkpoints that a worker may serve: all that are not archived, newest first. */
export async function servableModels(): Promise<ModelRef[]> {
  const models = await db.model.findMany({
    where: { kind: "checkpoint", archivedAt: null },
    orderBy: { createdAt: "desc" },
    take: SERVED_AT_MOST,
    select: { id: true },
  });
  return describeModels(models.map(({ id }) => id));
}
