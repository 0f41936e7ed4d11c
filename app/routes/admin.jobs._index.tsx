import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { ABOUT, JOB_TYPES } from "~/contract/recipes";
import { parseQuery } from "~/http/input.server";
import { jobColumns } from "~/jobs/columns";
import { listJobs } from "~/jobs/queries.server";
import { listQuery, STATUSES } from "~/jobs/schema";
import { useRefresh } from "~/jobs/use-refresh";
import { statusLabel } from "~/ui/badge";
import { Button, LinkButton } from "~/ui/button";
import { Select } from "~/ui/field";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable, FilterBar } from "~/ui/table";

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
      <FilterBar>
        <Select label="Type" name="type" key={`type-${state.type}`} defaultValue={state.type ?? ""}>
          <option value="">Any</option>
          {JOB_TYPES.map((type) => (
            <option key={type} value={type}>
              {ABOUT[type].title}
            </option>
          ))}
        </Select>
        <Select label="State" name="status" key={`status-${state.status}`} defaultValue={state.status ?? ""}>
          <option value="">Any</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {statusLabel(status)}
            </option>
          ))}
        </Select>
      </FilterBar>
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
