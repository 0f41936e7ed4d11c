import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { pathId } from "~/http/path.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { setArchived, testConnection } from "~/models/commands.server";
import { ancestors, descendants, releasesBehind } from "~/models/lineage.server";
import { Lineage } from "~/models/lineage";
import { ModelFacts, ModelFiles, ModelMetrics } from "~/models/model-facts";
import { findModel } from "~/models/queries.server";
import { Badge } from "~/ui/badge";
import { Button, LinkButton } from "~/ui/button";
import { FormError } from "~/ui/field";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.model.name ?? "Model"} · Tiebreak` }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const id = pathId(params.modelId, "This model");
  const [model, up, down, releases] = await Promise.all([orResponse(findModel(id)), ancestors(id), descendants(id), releasesBehind(id)]);
  return { model, up, down, releases };
}

const input = z.object({ intent: z.enum(["archive", "restore", "test"]) });

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  const id = pathId(params.modelId, "This model");
  try {
    const { intent } = await parseForm(request, input);
    if (intent === "test") return { message: await testConnection(id) };
    await setArchived(actor, id, intent === "archive");
    return { message: intent === "archive" ? "Archived. What was made from it keeps its lineage." : "Back in use." };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function ModelPage() {
  const { model, up, down, releases } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const archive = model.archivedAt ? "restore" : "archive";
  return (
    <>
      <PageHeader title={model.name} trail={[{ to: "/admin/models", label: "Models" }]} description={model.description}>
        {model.archivedAt && <Badge tone="warn">Archived</Badge>}
        <Form method="post" className="flex flex-wrap gap-2">
          <Button type="submit" name="intent" value="test">
            Test connection
          </Button>
          <Button type="submit" name="intent" value={archive}>
            {model.archivedAt ? "Restore" : "Archive"}
          </Button>
        </Form>
        {model.task === "causal" && <LinkButton to={`/admin/playground?a=${model.id}`}>Try in the playground</LinkButton>}
        {model.kind === "checkpoint" && (
          <LinkButton to={`/admin/jobs/new?base=${model.id}`} tone="primary">
            Start a job
          </LinkButton>
        )}
      </PageHeader>
      <div className="flex flex-col gap-6">
        {result && "error" in result && <FormError>{result.error}</FormError>}
        {result && "message" in result && (
          <p role="status" className="rounded-md border border-ok/40 bg-ok-soft px-3 py-2 text-sm text-ok">
            {result.message}
          </p>
        )}
        <ModelFacts model={model} />
        <ModelMetrics metrics={model.metrics} />
        <Lineage model={model} up={up} down={down} releases={releases} />
        <ModelFiles model={model} />
      </div>
    </>
  );
}
