import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, Link, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { SideMark } from "~/comparisons/side-mark";
import { orResponse, parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { pathId } from "~/http/path.server";
import { archivePrompts, restorePrompts } from "~/prompts/commands.server";
import { Conversation } from "~/prompts/conversation";
import { promptPlace } from "~/prompts/list";
import { getPrompt } from "~/prompts/queries.server";
import { ResponseCard } from "~/responses/response-card";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { count, plural } from "~/ui/number";
import { Card, EmptyState, PageHeader } from "~/ui/page";
import { Pager } from "~/ui/table";
import { recordOpened } from "~/votes/opened.server";

export const meta: MetaFunction = () => [{ title: "Prompt · Tiebreak" }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { id, role } = await requireRole(request, "admin", "reviewer");
  const place = parseQuery(request, promptPlace);
  const prompt = await orResponse(getPrompt(pathId(params.promptId, "This prompt"), place));
  await recordOpened(id, prompt.id);
  return { prompt, mayChange: role === "admin" };
}

const Change = z.object({ intent: z.enum(["archive", "restore"]) });

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  const id = pathId(params.promptId, "This prompt");
  try {
    const { intent } = await parseForm(request, Change);
    await (intent === "archive" ? archivePrompts : restorePrompts)(actor, [id]);
    return { done: intent };
  } catch (error) {
    return userErrorResponse(error);
  }
}

type Prompt = Awaited<ReturnType<typeof getPrompt>>;

export default function PromptPage() {
  const { prompt, mayChange } = useLoaderData<typeof loader>();
  const busy = useNavigation().state !== "idle";
  const { archivedAt, pool } = prompt;
  return (
    <>
      <PageHeader
        title={
          <span className="line-clamp-2" lang={pool.language} dir="auto">
            {prompt.excerpt || "Prompt"}
          </span>
        }
        trail={[
          { to: "/admin/prompts", label: "Prompts" },
          { to: `/admin/prompts?pool=${pool.id}`, label: pool.name },
        ]}
      >
        {archivedAt && <Badge tone="warn">Archived</Badge>}
        {mayChange && (
          <Form method="post">
            <Button type="submit" name="intent" value={archivedAt ? "restore" : "archive"} disabled={busy}>
              {archivedAt ? "Restore" : "Archive"}
            </Button>
          </Form>
        )}
      </PageHeader>
      <div className="flex flex-col gap-5">
        <Conversation language={pool.language} messages={prompt.conversation} />
        <Origin prompt={prompt} linked={mayChange} />
        <ComparisonLinks comparisons={prompt.comparisons} />
        <Responses language={pool.language} responses={prompt.responses} />
      </div>
    </>
  );
}

/** `linked` for those who may open imports. */
function Origin({ prompt, linked }: { prompt: Prompt; linked: boolean }) {
  const metadata = Object.entries((prompt.metadata ?? {}) as Record<string, unknown>);
  const facts: [string, string][] = metadata.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  if (prompt.externalId) facts.unshift(["External id", prompt.externalId]);
  if (facts.length === 0 && !prompt.import) return null;
  return (
    <Card title="Where it came from">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
        {prompt.import && (
          <>
            <dt className="text-muted">Import</dt>
            <dd>
              {linked ? (
                <Link to={`/admin/imports/${prompt.import.id}`} className="text-accent-text hover:underline">
                  {prompt.import.fileName}
                </Link>
              ) : (
                prompt.import.fileName
              )}
            </dd>
          </>
        )}
        {facts.map(([key, value]) => (
          <div key={key} className="contents">
            <dt className="text-muted">{key}</dt>
            <dd className="font-mono text-[0.8125rem] break-all">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Responses({ responses, language }: { responses: Prompt["responses"]; language: string }) {
  return (
    <section aria-labelledby="responses">
      <h2 id="responses" className="mb-3 text-sm font-semibold">
        {plural(responses.rowCount, "response")}
      </h2>
      <div className="grid grid-cols-2 gap-5 max-md:grid-cols-1">
        {responses.rows.map((response) => (
          <ResponseCard language={language} key={response.id} response={response} />
        ))}
      </div>
      {responses.rowCount > responses.perPage && <Pager result={responses} state={responses} name="responses" />}
    </section>
  );
}

function ComparisonLinks({ comparisons: { rows, ...comparisons } }: { comparisons: Prompt["comparisons"] }) {
  return (
    <Card title={`Comparisons (${count(comparisons.rowCount)}${comparisons.more ? "+" : ""})`} flush>
      {rows.length === 0 && <EmptyState title="No comparison">A prompt needs two responses to be compared.</EmptyState>}
      <ul className="divide-y divide-line text-sm">
        {rows.map((comparison) => (
          <li key={comparison.id}>
            <Link
              to={`/admin/comparisons/${comparison.id}`}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-raised/50"
            >
              <span className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
                <SideMark side={0} /> {comparison.responseA.modelName} <SideMark side={1} /> {comparison.responseB.modelName}
              </span>
              {comparison.archivedAt && <Badge tone="warn">Archived</Badge>}
              <span className="text-muted tabular-nums">
                {comparison.done} of {plural(comparison.votesRequired, "vote")}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {comparisons.rowCount > comparisons.perPage && (
        <div className="border-t border-line px-4 pb-3">
          <Pager result={{ rows, ...comparisons }} state={comparisons} name="comparisons" />
        </div>
      )}
    </Card>
  );
}
