import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { Playground } from "~/models/playground";
import { modelChoices } from "~/models/queries.server";
import { liveServers } from "~/models/target.server";
import { LinkButton } from "~/ui/button";
import { Card, EmptyState, PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Playground · Tiebreak" }];

const query = z.object({ a: z.uuid().optional().catch(undefined), b: z.uuid().optional().catch(undefined) });

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const chosen = parseQuery(request, query);
  const [models, servers] = await Promise.all([modelChoices({ task: "causal" }, [chosen.a, chosen.b]), liveServers()]);
  const served = new Set(servers.flatMap((server) => server.models));
  const choices = models.map((model) => ({ id: model.id, name: model.name, ready: model.kind === "endpoint" || served.has(model.id) }));
  return { models: choices, ...chosen };
}

export default function PlaygroundPage() {
  const { models, a, b } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader title="Playground" description="Talk to any model in the registry, or to two at once with the same words." />
      {models.length === 0 ? (
        <Card>
          <EmptyState title="No model that writes text" action={<LinkButton to="/admin/models/new">Register a model</LinkButton>}>
            Register an endpoint or a folder, or train one.
          </EmptyState>
        </Card>
      ) : (
        <Playground models={models} first={a} second={b} />
      )}
    </>
  );
}
