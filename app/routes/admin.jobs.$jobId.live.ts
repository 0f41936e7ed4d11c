import type { LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { requireRole } from "~/auth/guards.server";
import { db } from "~/database/client.server";
import { parseQuery } from "~/http/input.server";
import { pathId } from "~/http/path.server";
import { sweepJobs } from "~/jobs/claim.server";
import { logAfter, metricsAfter } from "~/jobs/queries.server";

const query = z.object({ seq: z.coerce.number().int().min(0).catch(0), log: z.coerce.number().int().min(-1).catch(-1) });

/** What is new about a job since the metric `seq` and the piece of log `log`. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const id = pathId(params.jobId, "This job");
  const { seq, log } = parseQuery(request, query);
  await sweepJobs();
  const [job, points, { text, last }] = await Promise.all([
    db.job.findUniqueOrThrow({ where: { id }, select: { status: true, phase: true, progress: true } }),
    metricsAfter(id, seq),
    logAfter(id, log),
  ]);
  return Response.json({ ...job, points, text, last });
}
