import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { archiveComparisons, restoreComparisons } from "~/comparisons/commands.server";
import { comparisonColumns } from "~/comparisons/comparison-table";
import { ComparisonFilters } from "~/comparisons/filters";
import { comparisonList, isFiltered } from "~/comparisons/list";
import { listComparisons } from "~/comparisons/queries.server";
import { parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { BulkBar, type BulkDone, useBulk } from "~/lists/bulk";
import { bulk as bulkSchema } from "~/lists/schema";
import { poolChoices } from "~/pools/choices.server";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "Comparisons · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const state = parseQuery(request, comparisonList);
  const [result, pools] = await Promise.all([listComparisons(state), poolChoices(state.pool)]);
  return { state, result, pools, mayChange: role === "admin" };
}

export async function action({ request }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const { intent, ids } = await parseForm(request, bulkSchema);
    const changed = await (intent === "archive" ? archiveComparisons : restoreComparisons)(actor, ids);
    return { intent, changed, ids } satisfies BulkDone;
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function ComparisonsPage() {
  const { state, result, pools, mayChange } = useLoaderData<typeof loader>();
  const bulk = useBulk("comparison");
  return (
    <>
      <PageHeader
        title="Comparisons"
        description="Each prompt with two of its responses: who voted, what they saw, and what is still open."
      />
      <ComparisonFilters state={state} pools={pools} />
      <BulkBar
        bulk={bulk}
        noun="comparison"
        consequence="They are no longer offered to annotators. Work in progress can be finished, and every vote is kept."
      />
      <DataTable
        label="Comparisons"
        columns={comparisonColumns}
        result={result}
        state={state}
        selection={mayChange ? { idOf: ({ id }) => id, ticked: bulk.ticked, onChange: bulk.setTicked } : undefined}
        empty={
          isFiltered(state) ? (
            <EmptyState title="No comparison matches">Take one of the filters away, or try fewer words.</EmptyState>
          ) : (
            <EmptyState title="No comparisons yet">Comparisons are made by an import, or by a job that samples responses.</EmptyState>
          )
        }
      />
    </>
  );
}
