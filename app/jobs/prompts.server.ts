import { sample } from "../contract/recipes";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import { heldJob } from "./downloads.server";
import type { WorkerCaller } from "./fence.server";

const PAGE = 500;

/**
 * The prompts of a sampling job as JSON lines `{id, messages, tools}`, newest first, read page by page so that memory stays
 * flat. Only for the worker that holds the job.
 */
export async function promptLines(caller: WorkerCaller, jobId: string): Promise<ReadableStream<Uint8Array>> {
  const job = await heldJob(caller, jobId);
  if (job.type !== "sample") throw new UserError("Only a sampling job has prompts.");
  const { pool_id: poolId, limit } = sample.parse(job.params);
  const encoder = new TextEncoder();
  let after: string | undefined;
  let left = limit;
  return new ReadableStream({
    async pull(controller) {
      const page = await db.prompt.findMany({
        where: { poolId, archivedAt: null },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: Math.min(PAGE, left),
        ...(after ? { cursor: { id: after }, skip: 1 } : {}),
        select: { id: true, messages: true, tools: true },
      });
      for (const row of page) controller.enqueue(encoder.encode(`${JSON.stringify(row)}\n`));
      left -= page.length;
      after = page.at(-1)?.id;
      if (page.length < PAGE || left === 0) controller.close();
    },
  });
}
