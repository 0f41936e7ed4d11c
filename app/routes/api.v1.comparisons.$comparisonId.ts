import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { comparisonPlace } from "~/comparisons/api";
import { getComparison } from "~/comparisons/detail.server";
import { jsonRoute, parseQuery } from "~/http/input.server";
import { pathId } from "~/http/path.server";

export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "comparisons:read");
    const place = parseQuery(request, comparisonPlace);
    return await getComparison(pathId(params.comparisonId, "This comparison"), place);
  });
