import { db, pool, type Prisma } from "../database/client.server";
import { CHECKPOINT_PREFIX, failure, type Failure } from "../contract/jobs";
import { notFound } from "../errors";
import { sweepJobs } from "./claim.server";
import type { Point } from "./curves";
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

/** Of a job that was tried again and again, or left many files: so many on its page. */
const RETRIES = 20;
const FILES = 100;

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
      retries: { select: { id: true, number: true }, orderBy: { number: "desc" }, take: RETRIES },
      files: {
        where: { path: { not: { startsWith: CHECKPOINT_PREFIX } } },
        include: { artifact: true },
        orderBy: { path: "asc" },
        take: FILES,
      },
    },
  });
  if (!job) throw notFound("This job");
  const checkpoint = await db.jobFile.findFirst({ where: { jobId: id, path: { startsWith: CHECKPOINT_PREFIX } }, select: { path: true } });
  return {
    ...job,
    params: job.params as Record<string, unknown>,
    error: parseFailure(job.error),
    result: job.result as Record<string, unknown> | null,
    files: job.files.map(({ path, artifact }) => ({ path, sizeBytes: Number(artifact.sizeBytes) })),
    checkpoint: checkpoint !== null,
  };
}

function parseFailure(stored: unknown): Failure | null {
  const parsed = failure.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

const MAX_POINTS = 400;
const MAX_EVALUATIONS = 100;
/** What is new comes in pieces of this size; the next question continues where it ended. */
const MAX_NEW = 500;

/**
 * The metrics after `seq`. From the start, a long run is thinned to every n-th row, of evaluations and of the rest, so that a
 * chart stays quick; what comes after is sent whole. `share`: of a chart that several
 * runs share. A step that was taken twice, after a resume, counts as it was the last time.
 */
export async function metricsAfter(jobId: string, seq: number, share = 1): Promise<Point[]> {
  const { rows } = await pool.query<Point>(
    seq > 0 ? NEW_POINTS : THINNED_POINTS,
    seq > 0 ? [jobId, seq, MAX_NEW] : [jobId, ...[MAX_POINTS, MAX_EVALUATIONS].map((most) => Math.floor(most * share))],
  );
  return rows;
}

const POINT = `"seq", "step", (EXTRACT(EPOCH FROM "at") * 1000)::float8 AS "at", "values"`;
const NEW_POINTS = `SELECT ${POINT} FROM "JobMetric" WHERE "jobId" = $1 AND "seq" > $2 ORDER BY "seq" LIMIT $3`;
/** Of each kind every n-th, the last, and the evaluation with the lowest loss. */
const THINNED_POINTS = `
  WITH kinds AS (SELECT *, "values" ? 'eval_loss' AS evaluation FROM "JobMetric" WHERE "jobId" = $1),
  numbered AS (
    SELECT *, row_number() OVER (PARTITION BY evaluation ORDER BY "seq" DESC) - 1 AS place, count(*) OVER (PARTITION BY evaluation) AS n,
      row_number() OVER (PARTITION BY evaluation ORDER BY ("values" ->> 'eval_loss')::float8, "seq") AS rank FROM kinds)
  SELECT ${POINT} FROM numbered
  WHERE place % GREATEST(1, CEIL(n::float / CASE WHEN evaluation THEN $3::int ELSE $2::int END)::int) = 0 OR (evaluation AND rank = 1) ORDER BY "seq"`;

const LOG_CHUNK = 256 * 1024;
/** Pieces may be as short as a line. */
const LOG_PIECES = 200;

/** The pieces of log after the one at `after`, or some of them; with -1, the end of it. The answer says which piece came last. */
export async function logAfter(jobId: string, after: number): Promise<{ text: string; last: number; cut: boolean }> {
  const { logBytes } = (await db.job.findUnique({ where: { id: jobId }, select: { logBytes: true } })) ?? { logBytes: 0 };
  const from = after < 0 ? Math.max(0, logBytes - LOG_CHUNK) : after + 1;
  const newest = after < 0;
  const pieces = await db.jobLog.findMany({
    where: { jobId, offset: { gte: from } },
    orderBy: { offset: newest ? "desc" : "asc" },
    take: LOG_PIECES,
  });
  if (newest) pieces.reverse();
  const cut = newest && (pieces[0]?.offset ?? 0) > 0;
  return { text: pieces.map(({ text }) => text).join(""), last: pieces.at(-1)?.offset ?? after, cut };
}

/** The file of a job by its path, as an artifact. */
export async function jobFile(jobId: string, path: string): Promise<string> {
  const file = await db.jobFile.findUnique({ where: { jobId_path: { jobId, path } }, select: { sha256: true } });
  if (!file) throw notFound("This file");
  return file.sha256;
}

/** Releases that jobs can run on, newest first, and the chosen one. */
export async function releaseChoices(chosen?: string) {
  const select = { id: true, number: true, name: true, rowsTotal: true } as const;
  const releases = await db.release.findMany({
    where: { status: "done", archivedAt: null },
    orderBy: { number: "desc" },
    take: 200,
    select,
  });
  if (!chosen || releases.some(({ id }) => id === chosen)) return releases;
  return [...(await db.release.findMany({ where: { id: chosen, status: "done" }, select })), ...releases];
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
    jobs.map(async (job) => ({
      ...job,
      params: job.params as Record<string, unknown>,
      points: await metricsAfter(job.id, 0, 1.5 / jobIds.length),
    })),
  );
}
