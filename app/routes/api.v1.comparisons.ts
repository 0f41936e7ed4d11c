import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { comparisonQuery } from "~/comparisons/api";
import { comparisonsFor } from "~/comparisons/api.server";
import { jsonRoute, parseQuery } from "~/http/input.server";

export const loader = ({ request }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "comparisons:read");
    return await comparisonsFor(parseQuery(request, comparisonQuery));
  });
