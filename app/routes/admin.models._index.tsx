import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { modelColumns } from "~/models/columns";
import { ModelFilters } from "~/models/filters";
import { listModels } from "~/models/queries.server";
import { listQuery } from "~/models/schema";
import { LinkButton } from "~/ui/button";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "Models · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const state = parseQuery(request, listQuery);
  return { state, result: await listModels(state) };
}

export default function ModelsPage() {
  const { state, result } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader title="Models" description="Checkpoints that jobs made or that lie on the workers, and servers that speak OpenAI’s API.">
        <LinkButton to="/admin/playground">Playground</LinkButton>
        <LinkButton to="/admin/models/new" tone="primary">
          Register a model
        </LinkButton>
      </PageHeader>
      <ModelFilters state={state} />
      <DataTable
        label="Models"
        columns={modelColumns}
        result={result}
        state={state}
        empty={
          <EmptyState title="No models here" action={<LinkButton to="/admin/models/new">Register a model</LinkButton>}>
            Register a base model by its folder on a worker, then start a job on a release. What the job makes appears here.
          </EmptyState>
        }
      />
    </>
  );
}
