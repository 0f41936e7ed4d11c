import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { FlagsToLookAt, PoolsCard, RunsCard } from "~/overview/cards";
import { overview } from "~/overview/queries.server";
import { VotesChart } from "~/overview/votes-chart";
import { plural } from "~/ui/number";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Overview · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  return { ...(await overview()), isAdmin: role === "admin" };
}

export default function OverviewPage() {
  const { flags, recent, runs, days, pools, people, isAdmin } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader title="Overview" description={`${plural(people, "annotator")} can work. Days are days in UTC.`} />
      <div className="grid grid-cols-[minmax(0,1fr)_22rem] items-start gap-5 max-xl:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-5">
          <VotesChart days={days} />
          <PoolsCard pools={pools} mayMake={isAdmin} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <FlagsToLookAt flags={flags} recent={recent} />
          <RunsCard runs={runs} all={isAdmin} />
        </div>
      </div>
    </>
  );
}
