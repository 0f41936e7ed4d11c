import { db, pool } from "../database/client.server";
import { fresh } from "../fresh.server";
import { poolProgress } from "../pools/progress.server";
import { poolQuality } from "../quality/queries.server";

const DAYS = 14;
/** Pools on the overview; the rest stands on the page of the pools. */
const SHOWN_POOLS = 8;

export type Day = { day: string; votes: number };

/** What an admin or a reviewer wants to know first: what needs them, what runs, and how the work goes on. */
export async function overview() {
  const [flags, flagged, runs, days, pools, people] = await Promise.all([
    db.flag.count({ where: { resolvedAt: null } }),
    db.flag.findMany({
      where: { resolvedAt: null },
      orderBy: { createdAt: "desc" },
      take: 5,
      select: {
        id: true,
        reason: true,
        createdAt: true,
        annotator: { select: { name: true } },
        comparison: { select: { id: true, pool: { select: { language: true } }, prompt: { select: { excerpt: true } } } },
      },
    }),
    running(),
    fresh("votes per day", 60, votesPerDay),
    poolsInService(),
    db.user.count({ where: { imported: false, deactivatedAt: null, role: "annotator" } }),
  ]);
  const recent = flagged.map(({ comparison, ...flag }) => ({
    ...flag,
    comparison: { id: comparison.id, language: comparison.pool.language, excerpt: comparison.prompt.excerpt.slice(0, 200) },
  }));
  return { flags, recent, runs, days, pools, people };
}
export type Overview = Awaited<ReturnType<typeof overview>>;

export type RunLine = {
  key: string;
  kind: "Import" | "Release" | "Job";
  title: string;
  status: string;
  to: string;
  done: number | null;
  at: Date;
};

/** Imports, releases and jobs that wait or run, and those that failed in the last two days. */
async function running(): Promise<RunLine[]> {
  const since = new Date(Date.now() - 2 * 86_400_000);
  const where = {
    OR: [{ status: { in: ["queued" as const, "running" as const] } }, { status: "failed" as const, createdAt: { gt: since } }],
  };
  const latest = { orderBy: { createdAt: "desc" as const }, take: 5 };
  const [imports, releases, jobs] = await Promise.all([
    db.importRun.findMany({ where, ...latest }),
    db.release.findMany({ where, ...latest }),
    db.job.findMany({
      where: { OR: [{ status: { in: ["queued", "running", "cancelling"] } }, { status: "failed", createdAt: { gt: since } }] },
      ...latest,
    }),
  ]);
  const ratio = (part: number, of: number) => (of > 0 ? part / of : null);
  return [
    ...imports.map((run): RunLine => ({
      ...{ key: run.id, kind: "Import", title: run.fileName, status: run.status, to: `/admin/imports/${run.id}`, at: run.createdAt },
      done: ratio(Number(run.bytesDone), Number(run.bytesTotal)),
    })),
    ...releases.map((run): RunLine => ({
      ...{
        key: run.id,
        kind: "Release",
        title: `${run.number} ${run.name}`,
        status: run.status,
        to: `/admin/releases/${run.number}`,
        at: run.createdAt,
      },
      done: ratio(run.rowsDone, run.rowsTotal),
    })),
    ...jobs.map((job): RunLine => ({
      ...{ key: job.id, kind: "Job", title: `${job.number} ${job.name}`, status: job.status, at: job.createdAt },
      ...{ to: `/admin/jobs/${job.id}`, done: job.progress },
    })),
  ];
}

/** Answers per day (UTC) of the last two weeks by people who have an account here; withdrawn ones are not counted. */
async function votesPerDay(): Promise<Day[]> {
  const { rows } = await pool.query<Day>(
    `SELECT to_char(d, 'YYYY-MM-DD') AS day, COALESCE(v.n, 0)::int AS votes
     FROM generate_series(date_trunc('day', now() AT TIME ZONE 'UTC') - ($1 - 1) * interval '1 day', now() AT TIME ZONE 'UTC', interval '1 day') d
     LEFT JOIN (SELECT date_trunc('day', v."createdAt" AT TIME ZONE 'UTC') AS day, count(*) AS n
                FROM "Vote" v JOIN "User" u ON u."id" = v."annotatorId" AND NOT u."imported"
                WHERE v."createdAt" > now() - ($1 + 1) * interval '1 day' AND v."status" <> 'withdrawn' GROUP BY 1) v ON v.day = d
     ORDER BY d`,
    [DAYS],
  );
  return rows;
}

async function poolsInService() {
  const pools = await db.pool.findMany({
    where: { archivedAt: null },
    orderBy: [{ priority: "desc" }, { name: "asc" }],
    take: SHOWN_POOLS,
    select: { id: true, name: true },
  });
  const [progress, quality] = await Promise.all([poolProgress(pools.map(({ id }) => id)), poolQuality()]);
  return pools.map((row) => ({ ...row, progress: progress(row.id), quality: quality.get(row.id) ?? null }));
}
