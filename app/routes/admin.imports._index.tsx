import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { ImportTable } from "~/import/import-table";
import { listImports } from "~/import/queries.server";
import { importList } from "~/import/schema";
import { ListFilters, PoolFilter } from "~/lists/filters";
import { poolChoices } from "~/pools/choices.server";
import { useReload } from "~/releases/use-reload";
import { LinkButton } from "~/ui/button";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Imports · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const state = parseQuery(request, importList);
  const [result, pools] = await Promise.all([listImports(state), poolChoices(state.pool)]);
  return { state, result, pools };
}

export default function ImportsPage() {
  const { state, result, pools } = useLoaderData<typeof loader>();
  useReload(result.rows.some(({ status }) => status === "queued" || status === "running"));
  return (
    <>
      <PageHeader title="Imports" description="Files of prompts, responses and votes, and what came of them.">
        <LinkButton tone="primary" to="/admin/imports/new">
          New import
        </LinkButton>
      </PageHeader>
      <ListFilters state={state} filtered={Boolean(state.pool)}>
        <PoolFilter pools={pools} value={state.pool} />
      </ListFilters>
      <ImportTable result={result} state={state} />
    </>
  );
}
