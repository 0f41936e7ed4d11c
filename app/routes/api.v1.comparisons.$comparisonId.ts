import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { comparisonPlace } from "~/comparisons/api";
import { getComparison } from "~/comparisons/detail.server";
import { jsonRoute, parseQuery } from "~/http/input.server";
import { pathId } from "~/http/path.server";
import { recordOpened } from "~/votes/opened.server";

export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    const { id } = await requireToken(request, "comparisons:read");
    const place = parseQuery(request, comparisonPlace);
    const comparison = await getComparison(pathId(params.comparisonId, "This comparison"), place);
    if (id) await recordOpened(id, comparison.prompt.id);
    return comparison;
  });
