import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { sendFile } from "~/artifacts/send.server";
import { artifactPath, receive, received } from "~/artifacts/store.server";
import { FENCE_HEADER, JOB_HEADER, sha256 as sha256Schema } from "~/contract/jobs";
import { UserError, notFound } from "~/errors";
import { requireArtifact } from "~/jobs/downloads.server";
import { holdsJob } from "~/jobs/fence.server";
import { type WorkerActor, workerRoute } from "~/workers/guard.server";

/** Weights do not get smaller: compressing them would cost the processor and hide their length. */
const AS_IT_IS = { "Cache-Control": "private, no-store, no-transform" };

/** GET: the file. HEAD: how much of an upload has arrived, in X-Tiebreak-Received, and whether it is whole. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  workerRoute(request, async (worker) => {
    const sha256 = named(params.sha256);
    if (request.method !== "HEAD") {
      await requireArtifact(worker, sha256);
      return sendFile(request, artifactPath(sha256), { ETag: `"${sha256}"`, ...AS_IT_IS });
    }
    const state = await received(sha256, await uploader(request, worker));
    return new Response(null, {
      headers: { "X-Tiebreak-Received": String(state.receivedBytes), "X-Tiebreak-Done": state.done ? "1" : "0" },
    });
  });

/** PUT with Content-Range: bytes START-END/TOTAL, in one piece or in several. */
export const action = ({ request, params }: ActionFunctionArgs) =>
  workerRoute(request, async (worker) => {
    if (request.method !== "PUT") throw notFound("This address");
    const { start, total } = range(request.headers.get("Content-Range"));
    const body = (request.body ?? new Blob([]).stream()) as unknown as AsyncIterable<Uint8Array>;
    return receive(named(params.sha256), await uploader(request, worker), { start, total, body });
  });

function named(sha256: string | undefined): string {
  const parsed = sha256Schema.safeParse(sha256);
  if (!parsed.success) throw new UserError("The address ends on no SHA-256.", 400);
  return parsed.data;
}

/** The job that the upload is for, which the caller must hold. */
async function uploader(request: Request, worker: WorkerActor): Promise<string> {
  const jobId = request.headers.get(JOB_HEADER) ?? "";
  await holdsJob(worker, jobId, Number(request.headers.get(FENCE_HEADER)));
  return jobId;
}

function range(header: string | null): { start: number; total: number } {
  const empty = /^bytes \*\/0$/.test(header ?? "");
  const [, start, end, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header ?? "") ?? [];
  if (empty) return { start: 0, total: 0 };
  if (start === undefined || Number(end) < Number(start) || Number(end) >= Number(total))
    throw new UserError("Send Content-Range: bytes START-END/TOTAL.", 400);
  return { start: Number(start), total: Number(total) };
}
