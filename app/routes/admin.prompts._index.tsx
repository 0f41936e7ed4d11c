import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { BulkBar, type BulkDone, useBulk } from "~/lists/bulk";
import { ArchivedFilter, ListFilters, PoolFilter, SearchBox } from "~/lists/filters";
import { bulk as bulkSchema } from "~/lists/schema";
import { poolChoices } from "~/pools/choices.server";
import { archivePrompts, restorePrompts } from "~/prompts/commands.server";
import { promptList } from "~/prompts/list";
import { promptColumns } from "~/prompts/prompt-table";
import { listPrompts } from "~/prompts/queries.server";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "Prompts · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const state = parseQuery(request, promptList);
  const [result, pools] = await Promise.all([listPrompts(state), poolChoices(state.pool)]);
  return { state, result, pools, mayChange: role === "admin" };
}

export async function action({ request }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const { intent, ids } = await parseForm(request, bulkSchema);
    const changed = await (intent === "archive" ? archivePrompts : restorePrompts)(actor, ids);
    return { intent, changed, ids } satisfies BulkDone;
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function PromptsPage() {
  const { state, result, pools, mayChange } = useLoaderData<typeof loader>();
  const bulk = useBulk("prompt");
  const filtered = Boolean(state.q || state.pool || state.import || state.archived !== "no");
  return (
    <>
      <PageHeader title="Prompts" description="Every prompt of every pool, with the responses that models gave to it." />
      <ListFilters state={state} filtered={filtered}>
        <SearchBox value={state.q} label="Search" placeholder="Words, external id or id" />
        <PoolFilter pools={pools} value={state.pool} />
        <ArchivedFilter value={state.archived} />
      </ListFilters>
      <BulkBar
        bulk={bulk}
        noun="prompt"
        consequence="Their comparisons are no longer offered to annotators. Work in progress can be finished, and every vote is kept."
      />
      <DataTable
        label="Prompts"
        columns={promptColumns}
        result={result}
        state={state}
        selection={mayChange ? { idOf: ({ id }) => id, ticked: bulk.ticked, onChange: bulk.setTicked } : undefined}
        empty={
          filtered ? (
            <EmptyState title="No prompt matches">Try fewer or shorter words, another pool, or archived ones.</EmptyState>
          ) : (
            <EmptyState title="No prompts yet">Prompts come with an import. Open a pool and import a file into it.</EmptyState>
          )
        }
      />
    </>
  );
}
