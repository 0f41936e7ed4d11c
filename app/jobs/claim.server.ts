import { env } from "../env.server";
import type { ClaimAnswer, ClaimRequest } from "../contract/jobs";
import { tokenStands } from "../auth/tokens.server";
import { db, pool } from "../database/client.server";
import { UserError } from "../errors";
import { sleep } from "../sleep.server";
import { saveWorker } from "../workers/commands.server";
import type { WorkerActor } from "../workers/guard.server";
import { describeJob } from "./describe.server";
import type { WorkerCaller } from "./fence.server";
import { failJob } from "./finish.server";

const POLL_MS = 500;
const REPORT_SECONDS = 2;

/**
 * Ends what no worker will end: a cancelled run whose worker is gone, and a run whose lease ran out for the last time.
 * Cheap enough to call whenever somebody looks.
 */
export async function sweepJobs(): Promise<void> {
  await pool.query(
    `UPDATE "Job" SET "status" = 'cancelled', "finishedAt" = now(), "leaseExpiresAt" = NULL
     WHERE "status" = 'cancelling' AND "leaseExpiresAt" < now()`,
  );
  await pool.query(
    `UPDATE "Job" SET "status" = 'failed', "finishedAt" = now(), "leaseExpiresAt" = NULL, "error" = $1::jsonb
     WHERE "status" = 'running' AND "leaseExpiresAt" < now() AND "attempts" >= "maxAttempts"`,
    [JSON.stringify(SILENT)],
  );
}

/**
 * Gives the leases that ran out while the platform was away one more term: no worker could renew them, and a run on its
 * last attempt would fail, or be started again by another worker, before its own can say that it is still there.
 */
export async function forgiveOutage(): Promise<void> {
  await pool.query(
    `UPDATE "Job" SET "leaseExpiresAt" = now() + make_interval(secs => $1)
     WHERE "status" IN ('running', 'cancelling') AND "leaseExpiresAt" < now()`,
    [env.TIEBREAK_WORKER_LEASE_SECONDS],
  );
}

const SILENT = {
  phase: "worker",
  message: "The worker fell silent, and no attempts are left.",
  hint: "Look at the worker's own output: it was probably killed, often by the system for memory. Then retry; the run goes on from its last checkpoint.",
  retryable: true,
};

/**
 * Takes one job in one statement: the oldest that waits, whose lease ran out, or that this same worker held before it
 * was restarted (a claim says that the worker holds nothing, so a lost answer or a kill costs no waiting).
 * Two workers never get the same one: SKIP LOCKED makes the second pass over it, and the fence rises with every claim.
 */
const TAKE = `
  UPDATE "Job" SET "status" = 'running', "workerId" = $1, "fence" = "fence" + 1, "attempts" = "attempts" + 1,
    "leaseExpiresAt" = now() + make_interval(secs => $3), "startedAt" = COALESCE("startedAt", now()),
    "phase" = 'starting', "error" = NULL
  WHERE "id" = (
    SELECT "id" FROM "Job"
    WHERE "type" = ANY($2::"JobType"[]) AND "attempts" < "maxAttempts"
      AND ("status" = 'queued' OR "status" = 'running' AND ("leaseExpiresAt" < now() OR "workerId" = $1))
    ORDER BY "number" LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING "id"`;

/** What a worker that restarted can no longer say: it stopped what it was asked to stop. */
const DROP_CANCELLED = `
  UPDATE "Job" SET "status" = 'cancelled', "finishedAt" = now(), "leaseExpiresAt" = NULL
  WHERE "status" = 'cancelling' AND "workerId" = $1`;

const SPENT = `
  UPDATE "Job" SET "status" = 'failed', "finishedAt" = now(), "leaseExpiresAt" = NULL, "error" = $2::jsonb
  WHERE "status" = 'running' AND "workerId" = $1 AND "attempts" >= "maxAttempts"`;

/**
 * One claim, as the route answers it. A job that cannot be described (a release or an input is gone) would fail the same
 * way on every worker, so it ends here with the reason, and the next one is taken.
 */
export async function claim(caller: WorkerActor, input: ClaimRequest, signal?: AbortSignal): Promise<ClaimAnswer> {
  const pace = { leaseSeconds: env.TIEBREAK_WORKER_LEASE_SECONDS, reportSeconds: REPORT_SECONDS };
  for (;;) {
    const jobId = await claimJob(caller, input, signal);
    if (!jobId) return { job: null, ...pace };
    try {
      return { job: await describeJob(jobId), ...pace };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { fence } = await db.job.findUniqueOrThrow({ where: { id: jobId }, select: { fence: true } });
      await failJob(caller, jobId, { fence, phase: "data", message: error.message, hint: "", retryable: false });
    }
  }
}

/** Waits up to `waitSeconds` for a job; undefined when there is none. Records the worker as seen either way. */
export async function claimJob(caller: WorkerCaller, input: ClaimRequest, signal?: AbortSignal): Promise<string | undefined> {
  const workerId = await saveWorker(caller, input);
  await pool.query(DROP_CANCELLED, [workerId]);
  await pool.query(SPENT, [workerId, JSON.stringify(SILENT)]);
  const until = Date.now() + input.waitSeconds * 1000;
  for (;;) {
    await sweepJobs();
    if (signal?.aborted) return undefined;
    const { rows } = await pool.query<{ id: string }>(TAKE, [workerId, input.types, env.TIEBREAK_WORKER_LEASE_SECONDS]);
    if (rows[0]) return rows[0].id;
    if (Date.now() + POLL_MS > until) return undefined;
    await sleep(POLL_MS, signal);
    await stillValid(caller);
  }
}

/** A token that is revoked while its worker waits gets no job. */
async function stillValid({ tokenId }: WorkerCaller): Promise<void> {
  const token = await db.apiToken.findUnique({ where: { id: tokenId }, include: { createdBy: true } });
  if (!token || !tokenStands(token)) throw Response.json({ error: "This token was revoked." }, { status: 401 });
}
