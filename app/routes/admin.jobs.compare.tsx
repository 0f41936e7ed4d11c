import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { requireRole } from "~/auth/guards.server";
import { CompareCharts, CompareSettings } from "~/jobs/compare";
import { curvesOf } from "~/jobs/queries.server";
import { LinkButton } from "~/ui/button";
import { EmptyState, PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Compare jobs · Tiebreak" }];

const MOST = 6;

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const ids = z.array(z.uuid()).max(MOST).catch([]).parse(new URL(request.url).searchParams.getAll("job"));
  return { runs: await curvesOf(ids) };
}

export default function ComparePage() {
  const { runs } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader
        title="Compare jobs"
        trail={[{ to: "/admin/jobs", label: "Jobs" }]}
        description={runs.map((run) => `${run.number}: ${run.name}`).join(" · ")}
      />
      {runs.length < 2 ? (
        <EmptyState title="Choose two to six jobs" action={<LinkButton to="/admin/jobs">Go to the jobs</LinkButton>}>
          Tick training jobs in the list, then press “Compare chosen”.
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          <CompareCharts runs={runs} />
          <CompareSettings runs={runs} />
        </div>
      )}
    </>
  );
}
