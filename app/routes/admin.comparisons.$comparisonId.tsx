import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { FlagsCard, SkipsCard, SlotsCard } from "~/comparisons/activity-cards";
import { archiveComparisons, restoreComparisons } from "~/comparisons/commands.server";
import { ComparisonFacts } from "~/comparisons/comparison-facts";
import { getComparison } from "~/comparisons/detail.server";
import { votesPlace } from "~/comparisons/list";
import { SideMark } from "~/comparisons/side-mark";
import { VotesCard } from "~/comparisons/votes-card";
import { reopenFlag, resolveFlag } from "~/flags/commands.server";
import { orResponse, parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { pathId } from "~/http/path.server";
import { modelsBehindComparison } from "~/models/lineage.server";
import { TrainedModels } from "~/models/trained-models";
import { Conversation } from "~/prompts/conversation";
import { ResponseCard } from "~/responses/response-card";
import { Button, LinkButton } from "~/ui/button";
import { PageHeader } from "~/ui/page";
import { recordOpened } from "~/votes/opened.server";

export const meta: MetaFunction = () => [{ title: "Comparison · Tiebreak" }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { id, role } = await requireRole(request, "admin", "reviewer");
  const place = parseQuery(request, votesPlace);
  const comparison = await orResponse(getComparison(pathId(params.comparisonId, "This comparison"), place));
  await recordOpened(id, comparison.prompt.id);
  return { comparison, models: await modelsBehindComparison(comparison.id), mayChange: role === "admin" };
}

const Change = z.object({
  intent: z.enum(["archive", "restore", "resolve", "reopen"]),
  flagId: z.uuid().default("00000000-0000-0000-0000-000000000000"),
});

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  const id = pathId(params.comparisonId, "This comparison");
  try {
    const { intent, flagId } = await parseForm(request, Change);
    if (intent === "archive") await archiveComparisons(actor, [id]);
    if (intent === "restore") await restoreComparisons(actor, [id]);
    if (intent === "resolve") await resolveFlag(actor, flagId);
    if (intent === "reopen") await reopenFlag(actor, flagId);
    return { done: intent };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function ComparisonPage() {
  const { comparison, models, mayChange } = useLoaderData<typeof loader>();
  const { prompt, responses, totals, pool, archivedAt } = comparison;
  const busy = useNavigation().state !== "idle";
  return (
    <>
      <PageHeader
        title={
          <span className="line-clamp-2" lang={pool.language} dir="auto">
            {prompt.excerpt || "Comparison"}
          </span>
        }
        trail={[
          { to: "/admin/comparisons", label: "Comparisons" },
          { to: `/admin/comparisons?pool=${pool.id}`, label: pool.name },
        ]}
      >
        <LinkButton to={`/admin/prompts/${prompt.id}`}>Prompt</LinkButton>
        {mayChange && <LinkButton to={`/admin/audit?subjectType=comparison&subject=${comparison.id}`}>Log</LinkButton>}
        {mayChange && (
          <Form method="post">
            <Button type="submit" name="intent" value={archivedAt ? "restore" : "archive"} disabled={busy}>
              {archivedAt ? "Restore" : "Archive"}
            </Button>
          </Form>
        )}
      </PageHeader>
      <ComparisonFacts comparison={comparison} />
      <div className="mt-5 grid grid-cols-[minmax(0,1fr)_20rem] items-start gap-5 max-xl:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-5">
          <Conversation language={pool.language} messages={prompt.conversation} />
          <div className="grid grid-cols-2 gap-5 max-md:grid-cols-1">
            {responses.map((response, side) => (
              <ResponseCard language={pool.language} key={response.id} response={response} mark={<SideMark side={side} />} />
            ))}
          </div>
          <VotesCard comparison={comparison} />
        </div>
        <div className="flex flex-col gap-5">
          <FlagsCard flags={comparison.flags} totals={totals} responses={responses} mayChange={mayChange} />
          <SlotsCard slots={comparison.slots} drafts={comparison.drafts} totals={totals} />
          <SkipsCard skips={comparison.skips} totals={totals} responses={responses} />
          <TrainedModels models={models} linked={mayChange} />
        </div>
      </div>
    </>
  );
}
