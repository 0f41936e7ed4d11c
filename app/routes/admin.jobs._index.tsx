import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { ABOUT, JOB_TYPES } from "~/contract/recipes";
import { parseQuery } from "~/http/input.server";
import { jobColumns } from "~/jobs/columns";
import { listJobs } from "~/jobs/queries.server";
import { listQuery, STATUSES } from "~/jobs/schema";
import { useRefresh } from "~/jobs/use-refresh";
import { type Choice, ChoiceFilter, ListFilters } from "~/lists/filters";
import { statusLabel } from "~/ui/badge";
import { Button, LinkButton } from "~/ui/button";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "Jobs · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const state = parseQuery(request, listQuery);
  return { state, result: await listJobs(state) };
}

export default function JobsPage() {
  const { state, result } = useLoaderData<typeof loader>();
  const moving = result.rows.some(({ status }) => ["queued", "running", "cancelling"].includes(status));
  useRefresh(moving ? 3000 : 0);
  return (
    <>
      <PageHeader
        title="Jobs"
        description="Work for the GPU workers: training, averaging, evaluation, sampling and scoring. One at a time per worker, the oldest first."
      >
        <Form id="compare" action="/admin/jobs/compare">
          <Button type="submit">Compare chosen</Button>
        </Form>
        <LinkButton to="/admin/jobs/new" tone="primary">
          Start a job
        </LinkButton>
      </PageHeader>
      <ListFilters state={state} filtered={Boolean(state.type || state.status)}>
        <ChoiceFilter
          label="Type"
          name="type"
          value={state.type}
          choices={[["", "Any"], ...JOB_TYPES.map((type): Choice => [type, ABOUT[type].title])]}
        />
        <ChoiceFilter
          label="State"
          name="status"
          value={state.status}
          choices={[["", "Any"], ...STATUSES.map((status): Choice => [status, statusLabel(status)])]}
        />
      </ListFilters>
      <DataTable
        label="Jobs"
        columns={jobColumns}
        result={result}
        state={state}
        empty={
          <EmptyState title="No jobs here" action={<LinkButton to="/admin/jobs/new">Start a job</LinkButton>}>
            Cut a release, register a base model, then train a reward model on it: the form has the papers’ settings filled in.
          </EmptyState>
        }
      />
    </>
  );
}
