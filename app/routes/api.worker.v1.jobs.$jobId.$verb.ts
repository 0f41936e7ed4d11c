import type { ActionFunctionArgs } from "@remix-run/node";
import {
  checkpointRequest,
  completeRequest,
  failRequest,
  heartbeatRequest,
  logsRequest,
  metricsRequest,
  releaseRequest,
} from "~/contract/jobs";
import { notFound } from "~/errors";
import { parseJson } from "~/http/input.server";
import { completeJob, failJob, releaseJob, saveCheckpoint } from "~/jobs/finish.server";
import { addMetrics, appendLog, heartbeat } from "~/jobs/progress.server";
import { type WorkerActor, workerRoute } from "~/workers/guard.server";

type Handler = (worker: WorkerActor, jobId: string, request: Request) => Promise<unknown>;

/** What a worker says about the job it holds. Every body carries the fence of its claim. */
const VERBS: Record<string, Handler> = {
  "POST heartbeat": async (worker, jobId, request) => heartbeat(worker, jobId, await parseJson(request, heartbeatRequest)),
  "POST metrics": async (worker, jobId, request) => addMetrics(worker, jobId, await parseJson(request, metricsRequest)),
  "PATCH logs": async (worker, jobId, request) => appendLog(worker, jobId, await parseJson(request, logsRequest)),
  "POST checkpoint": async (worker, jobId, request) => saveCheckpoint(worker, jobId, await parseJson(request, checkpointRequest)),
  "POST complete": async (worker, jobId, request) => completeJob(worker, jobId, await parseJson(request, completeRequest)),
  "POST fail": async (worker, jobId, request) => failJob(worker, jobId, await parseJson(request, failRequest)),
  "POST release": async (worker, jobId, request) => releaseJob(worker, jobId, await parseJson(request, releaseRequest)),
};

export const action = ({ request, params }: ActionFunctionArgs) =>
  workerRoute(request, async (worker) => {
    const handler = VERBS[`${request.method} ${params.verb}`];
    if (!handler || !params.jobId || !/^[0-9a-f-]{36}$/.test(params.jobId)) throw notFound("This address");
    return handler(worker, params.jobId, request);
  });
