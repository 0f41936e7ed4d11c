import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { auditColumns } from "~/audit/audit-table";
import { auditList } from "~/audit/list";
import { auditActions, listAudit, peopleInLog } from "~/audit/queries.server";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { type Choice, ChoiceFilter, ListFilters, TextFilter } from "~/lists/filters";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "Audit log · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const state = parseQuery(request, auditList);
  const [result, actions, people] = await Promise.all([listAudit(state), auditActions(), peopleInLog(state.actor)]);
  return { state, result, actions, people };
}

export default function AuditPage() {
  const { state, result, actions, people } = useLoaderData<typeof loader>();
  const filtered = Boolean(state.actor || state.action || state.subjectType || state.subject || state.from || state.to);
  return (
    <>
      <PageHeader
        title="Audit log"
        description="Every admin action and every change of a vote. Nothing in it can be changed or taken out."
      />
      <ListFilters state={state} filtered={filtered}>
        <ChoiceFilter
          label="Who"
          name="actor"
          value={state.actor}
          choices={[["", "Everybody"], ...people.map(({ id, name }): Choice => [id, name])]}
        />
        <ChoiceFilter
          label="Action"
          name="action"
          value={state.action}
          choices={[["", "Every action"], ...actions.map((action): Choice => [action, action])]}
        />
        <TextFilter label="From" name="from" type="date" value={state.from} />
        <TextFilter label="To" name="to" type="date" value={state.to} />
        <div className="w-44">
          <TextFilter label="Subject's id" name="subject" value={state.subject} maxLength={100} />
        </div>
        {state.subjectType && <input type="hidden" name="subjectType" value={state.subjectType} />}
      </ListFilters>
      <DataTable
        label="Audit log"
        columns={auditColumns}
        result={result}
        state={state}
        empty={<EmptyState title="Nothing in the log matches">Take one of the filters away, or widen the dates.</EmptyState>}
      />
    </>
  );
}
