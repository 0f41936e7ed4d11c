import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { metricsText, metricsType } from "~/server/metrics.server";

export async function loader({ request }: LoaderFunctionArgs) {
  await requireToken(request, "metrics:read");
  return new Response(await metricsText(), { headers: { "Content-Type": metricsType } });
}
