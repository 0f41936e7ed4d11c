import type { z } from "zod";
import { MAX_LOG_BYTES_PER_JOB, type heartbeatRequest, type logsRequest, type metricsRequest } from "../contract/jobs";
import { env } from "../env.server";
import { UserError } from "../errors";
import { saveServing } from "../workers/commands.server";
import { withFence, type WorkerCaller } from "./fence.server";
import { plural } from "../ui/number";

/** Renews the lease. Answers whether an admin asked to stop; that is also the only way a running job hears of it. */
export async function heartbeat(caller: WorkerCaller, jobId: string, input: z.output<typeof heartbeatRequest>) {
  return withFence(caller, jobId, input.fence, async (tx, job) => {
    await tx.job.update({ where: { id: jobId }, data: { progress: input.progress, phase: input.phase } });
    // By the database's clock, as it is compared: that of the web process may be another.
    await tx.$executeRaw`
      UPDATE "Job" SET "leaseExpiresAt" = now() + make_interval(secs => ${env.TIEBREAK_WORKER_LEASE_SECONDS}) WHERE "id" = ${jobId}::uuid`;
    if (job.workerId) await saveServing(tx, job.workerId, input.serving);
    return { cancel: job.status === "cancelling", leaseSeconds: env.TIEBREAK_WORKER_LEASE_SECONDS };
  });
}

/**
 * Stores metrics once each: numbers that are there already are passed over, so sending again after a lost answer is
 * safe. A gap is refused, since the numbers between would be lost for good.
 */
export async function addMetrics(caller: WorkerCaller, jobId: string, input: z.output<typeof metricsRequest>) {
  return withFence(caller, jobId, input.fence, async (tx, job) => {
    const fresh = input.metrics.filter(({ seq }) => seq > job.metricSeq).sort((a, b) => a.seq - b.seq);
    const broken = fresh.findIndex(({ seq }, index) => seq !== job.metricSeq + index + 1);
    if (broken >= 0)
      throw new UserError(`Metric ${job.metricSeq + broken + 1} is missing before ${fresh[broken]?.seq}; send it first.`, 409, "metrics", {
        code: "offset",
        expected: job.metricSeq + broken + 1,
      });
    await tx.jobMetric.createMany({ data: fresh.map(({ seq, step, at, values }) => ({ jobId, seq, step, at, values })) });
    const seq = job.metricSeq + fresh.length;
    if (fresh.length > 0) await tx.job.update({ where: { id: jobId }, data: { metricSeq: seq } });
    return { seq };
  });
}

const LOG_IS_FULL = `[The log is longer than ${MAX_LOG_BYTES_PER_JOB / 1024 / 1024} MiB; what follows is not kept.]`;

/**
 * Appends to the log at a byte offset. A piece that was stored already, in whole or in part, adds only what is new;
 * one that would leave a hole gets 409 with the byte that is expected.
 */
export async function appendLog(caller: WorkerCaller, jobId: string, input: z.output<typeof logsRequest>) {
  return withFence(caller, jobId, input.fence, async (tx, job) => {
    const bytes = Buffer.from(input.text, "utf8");
    const end = input.offset + bytes.length;
    if (input.offset > job.logBytes)
      throw new UserError(`The log has ${plural(job.logBytes, "byte")}; a piece at ${input.offset} would leave a hole.`, 409, "offset", {
        code: "offset",
        expected: job.logBytes,
      });
    if (end <= job.logBytes) return { bytes: job.logBytes };
    // Offsets that workers send lie between characters, so a cut here cannot fall inside one.
    const text = bytes.subarray(job.logBytes - input.offset).toString("utf8");
    if (job.logBytes < MAX_LOG_BYTES_PER_JOB) {
      const kept = end < MAX_LOG_BYTES_PER_JOB ? text : `${text}\n${LOG_IS_FULL}\n`;
      await tx.jobLog.create({ data: { jobId, offset: job.logBytes, text: kept.replaceAll("\0", "\uFFFD") } });
    }
    await tx.job.update({ where: { id: jobId }, data: { logBytes: end } });
    return { bytes: end };
  });
}
