import type { ActionFunctionArgs } from "@remix-run/node";
import { claimRequest } from "~/contract/jobs";
import { parseJson } from "~/http/input.server";
import { claim } from "~/jobs/claim.server";
import { workerRoute } from "~/workers/guard.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workerRoute(request, async (worker) => claim(worker, await parseJson(request, claimRequest), request.signal));
