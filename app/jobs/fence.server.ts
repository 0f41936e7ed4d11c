import { db, type Transaction } from "../database/client.server";
import { UserError } from "../errors";
import type { Job } from "../generated/prisma/client";

/** A worker as the protocol knows it: the holder of a token. */
export type WorkerCaller = { tokenId: string };

/** Seconds until a worker that is not heard of loses its job. Both sides must survive losing the other for longer. */
export const stale = (reason: string) =>
  new UserError(`${reason} Stop this run; what it has uploaded is kept.`, 409, undefined, { code: "stale_fence" });

/**
 * Runs `work` while holding the job's row, if the caller holds the job under this fence. A lease that has run out but
 * was not claimed by anybody since still counts: a worker that comes back after an outage goes on where it was.
 * Throws 409 `stale_fence` otherwise, so that a run that was given to another worker can change nothing any more.
 */
export async function withFence<T>(
  caller: WorkerCaller,
  jobId: string,
  fence: number,
  work: (tx: Transaction, job: Job) => Promise<T>,
): Promise<T> {
  return db.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM "Job" WHERE "id" = ${jobId}::uuid FOR UPDATE`;
      const job = await tx.job.findUnique({ where: { id: jobId }, include: { worker: true } });
      if (!job) throw stale("This job does not exist any more.");
      if (job.fence !== fence || job.worker?.tokenId !== caller.tokenId)
        throw stale(`Job ${job.number} was claimed again (fence ${job.fence}, yours is ${fence}).`);
      if (job.status !== "running" && job.status !== "cancelling") throw stale(`Job ${job.number} is ${job.status}.`);
      return work(tx, job);
    },
    { timeout: 30_000, maxWait: 10_000 },
  );
}

/** The same check without holding the row, for long transfers. */
export async function holdsJob(caller: WorkerCaller, jobId: string, fence: number): Promise<void> {
  if (!/^[0-9a-f-]{36}$/.test(jobId)) throw new UserError("Say which job the file is for.", 400);
  await withFence(caller, jobId, fence, async () => undefined);
}
