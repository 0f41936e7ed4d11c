import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { ArchivedFilter, ListFilters, SearchBox } from "~/lists/filters";
import { poolColumns } from "~/pools/pool-table";
import { listPools } from "~/pools/queries.server";
import { poolList } from "~/pools/schema";
import { LinkButton } from "~/ui/button";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "Pools · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const state = parseQuery(request, poolList);
  return { state, result: await listPools(state), mayChange: role === "admin" };
}

export default function PoolsPage() {
  const { state, result, mayChange } = useLoaderData<typeof loader>();
  const filtered = Boolean(state.q || state.archived !== "no");
  const newPool = mayChange && (
    <LinkButton tone="primary" to="/admin/pools/new">
      New pool
    </LinkButton>
  );
  return (
    <>
      <PageHeader title="Pools" description="Sets of prompts with one purpose, their guidelines, and how far their votes have come.">
        {newPool}
      </PageHeader>
      <ListFilters state={state} filtered={filtered}>
        <SearchBox value={state.q} label="Search" placeholder="Name or capability" />
        <ArchivedFilter value={state.archived} />
      </ListFilters>
      <DataTable
        label="Pools"
        columns={poolColumns}
        result={result}
        state={state}
        empty={
          filtered ? (
            <EmptyState title="No pool matches">Try fewer or shorter words, or archived ones.</EmptyState>
          ) : (
            <EmptyState title="No pools yet" action={newPool}>
              A pool holds prompts and says how they are to be graded. Make one, then import a file into it.
            </EmptyState>
          )
        }
      />
    </>
  );
}
