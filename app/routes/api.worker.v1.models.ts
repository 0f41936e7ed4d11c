import type { LoaderFunctionArgs } from "@remix-run/node";
import { servableModels } from "~/jobs/describe.server";
import { workerRoute } from "~/workers/guard.server";

export const loader = ({ request }: LoaderFunctionArgs) => workerRoute(request, async () => ({ models: await servableModels() }));
