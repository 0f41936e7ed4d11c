import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { getComparison } from "~/comparisons/detail.server";
import { jsonRoute } from "~/http/input.server";
import { pathId } from "~/http/path.server";

export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "comparisons:read");
    return await getComparison(pathId(params.comparisonId, "This comparison"));
  });
