import type { LoaderFunctionArgs } from "@remix-run/node";
import { promptLines } from "~/jobs/prompts.server";
import { workerRoute } from "~/workers/guard.server";

/** The prompts that a sampling job answers, one JSON object per line. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  workerRoute(request, async (worker) => {
    const body = await promptLines(worker, params.jobId ?? "");
    return new Response(body, { headers: { "Content-Type": "application/jsonl; charset=utf-8" } });
  });
