import { db, pool, type Prisma } from "../database/client.server";
import { failure, type Failure } from "../contract/jobs";
import { notFound } from "../errors";
import { sweepJobs } from "./claim.server";
import type { Point } from "./curves";
import { CHECKPOINT_PREFIX } from "./files.server";
import type { ListQuery } from "./schema";

export type JobRow = Awaited<ReturnType<typeof listJobs>>["rows"][number];

export async function listJobs(query: ListQuery) {
  await sweepJobs();
  const where = { type: query.type, status: query.status } satisfies Prisma.JobWhereInput;
  const [rows, rowCount] = await Promise.all([
    db.job.findMany({
      where,
      orderBy: [{ [query.sort]: query.dir }, { id: query.dir }],
      skip: (query.page - 1) * query.perPage,
      take: query.perPage,
      select: {
        id: true,
        number: true,
        name: true,
        type: true,
        status: true,
        progress: true,
        phase: true,
        createdAt: true,
        startedAt: true,
        finishedAt: true,
        release: { select: { number: true, name: true } },
        worker: { select: { name: true } },
        made: { select: { id: true, name: true } },
      },
    }),
    db.job.count({ where }),
  ]);
  return { rows, rowCount };
}

/** One job with what it takes, what it made, and why it failed. */
export async function findJob(id: string) {
  await sweepJobs();
  const job = await db.job.findUnique({
    where: { id },
    include: {
      release: { select: { id: true, number: true, name: true } },
      baseModel: { select: { id: true, name: true } },
      made: { select: { id: true, name: true } },
      worker: { select: { name: true } },
      createdBy: { select: { name: true } },
      retryOf: { select: { id: true, number: true } },
      retries: { select: { id: true, number: true }, orderBy: { number: "asc" } },
      files: { include: { artifact: true }, orderBy: { path: "asc" } },
    },
  });
  if (!job) throw notFound("This job");
  const files = job.files.map(({ path, artifact }) => ({ path, sizeBytes: Number(artifact.sizeBytes) }));
  return {
    ...job,
    params: job.params as Record<string, unknown>,
    error: parseFailure(job.error),
    result: job.result as Record<string, unknown> | null,
    files: files.filter(({ path }) => !path.startsWith(CHECKPOINT_PREFIX)),
    checkpoint: files.some(({ path }) => path.startsWith(CHECKPOINT_PREFIX)),
  };
}

function parseFailure(stored: unknown): Failure | null {
  const parsed = failure.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

export const MAX_POINTS = 1500;

/**
 * The metrics after `seq`. From the start, a long run is thinned to every n-th row so that a chart stays quick; what
 * comes after is sent whole. A step that was taken twice, after a resume, counts as it was the last time.
 */
export async function metricsAfter(jobId: string, seq: number): Promise<Point[]> {
  const { rows } = await pool.query<Point>(
    `WITH job AS (SELECT "metricSeq" AS "last" FROM "Job" WHERE "id" = $1)
     SELECT "seq", "step", (EXTRACT(EPOCH FROM "at") * 1000)::float8 AS "at", "values" FROM "JobMetric", job
     WHERE "jobId" = $1 AND "seq" > $2
       AND ($2 > 0 OR "last" <= $3 OR "seq" % CEIL("last"::float / $3)::int = 0 OR "seq" = "last" OR "values" ? 'eval_loss')
     ORDER BY "seq" LIMIT 5000`,
    [jobId, seq, MAX_POINTS],
  );
  return rows;
}

const LOG_CHUNK = 256 * 1024;

/** The pieces of log after the one at `after`; with -1, the last 256 KiB. The answer says which piece came last. */
export async function logAfter(jobId: string, after: number): Promise<{ text: string; last: number; cut: boolean }> {
  const { logBytes } = (await db.job.findUnique({ where: { id: jobId }, select: { logBytes: true } })) ?? { logBytes: 0 };
  const from = after < 0 ? Math.max(0, logBytes - LOG_CHUNK) : after + 1;
  const pieces = await db.jobLog.findMany({ where: { jobId, offset: { gte: from } }, orderBy: { offset: "asc" } });
  return { text: pieces.map(({ text }) => text).join(""), last: pieces.at(-1)?.offset ?? after, cut: after < 0 && from > 0 };
}

/** The file of a job by its path, as an artifact. */
export async function jobFile(jobId: string, path: string): Promise<string> {
  const file = await db.jobFile.findUnique({ where: { jobId_path: { jobId, path } }, select: { sha256: true } });
  if (!file) throw notFound("This file");
  return file.sha256;
}

/** Releases that jobs can run on, newest first. */
export async function releaseChoices() {
  return db.release.findMany({
    where: { status: "done", archivedAt: null },
    orderBy: { number: "desc" },
    take: 200,
    select: { id: true, number: true, name: true, rowsTotal: true },
  });
}

/** Sampling jobs whose responses can be scored. */
export async function samplingChoices() {
  return db.job.findMany({
    where: { type: "sample", status: "done", files: { some: { path: "samples.jsonl" } } },
    orderBy: { number: "desc" },
    take: 100,
    select: { id: true, number: true, name: true },
  });
}

/** The curves of several jobs, for one chart. */
export async function curvesOf(jobIds: string[]) {
  const jobs = await db.job.findMany({
    where: { id: { in: jobIds } },
    orderBy: { number: "asc" },
    select: { id: true, number: true, name: true, type: true, params: true },
  });
  return Promise.all(
    jobs.map(async (job) => ({ ...job, params: job.params as Record<string, unknown>, points: await metricsAfter(job.id, 0) })),
  );
}
