import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { FlagsToLookAt, PoolsCard, RunsCard } from "~/overview/cards";
import { FirstStepsCard } from "~/overview/first-steps";
import { firstSteps } from "~/overview/first-steps.server";
import { overview } from "~/overview/queries.server";
import { addSamples } from "~/overview/samples.server";
import { VotesChart } from "~/overview/votes-chart";
import { plural } from "~/ui/number";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Overview · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const isAdmin = role === "admin";
  const [shown, steps] = await Promise.all([overview(), isAdmin ? firstSteps() : null]);
  return { ...shown, steps, isAdmin };
}

/** Its only button adds the sample pools. */
export async function action({ request }: ActionFunctionArgs) {
  await addSamples(actorOf(await requireRole(request, "admin")));
  return redirect("/admin/imports");
}

export default function OverviewPage() {
  const { flags, recent, runs, days, pools, people, steps, isAdmin } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader title="Overview" description={`${plural(people, "annotator")} can work. Days are days in UTC.`} />
      {steps && <FirstStepsCard steps={steps} />}
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
