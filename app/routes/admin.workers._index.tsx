import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { env } from "~/env.server";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { useRefresh } from "~/jobs/use-refresh";
import { PageHeader } from "~/ui/page";
import { createWorkerToken, revokeWorkerToken } from "~/workers/commands.server";
import { listWorkers, listWorkerTokens } from "~/workers/queries.server";
import { newWorkerToken } from "~/workers/schema";
import { WorkerTokens } from "~/workers/tokens";
import { WorkerTable } from "~/workers/worker-table";

export const meta: MetaFunction = () => [{ title: "Workers · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const [workers, tokens] = await Promise.all([listWorkers(), listWorkerTokens()]);
  return { workers, tokens, server: env.TIEBREAK_ORIGIN ?? new URL(request.url).origin };
}

const input = z.discriminatedUnion("intent", [
  newWorkerToken.extend({ intent: z.literal("create") }),
  z.object({ intent: z.literal("revoke"), tokenId: z.uuid() }),
]);

export async function action({ request }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const form = await parseForm(request, input);
    if (form.intent === "create") return { created: (await createWorkerToken(actor, form)).token };
    await revokeWorkerToken(actor, form.tokenId);
    return { created: null };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function WorkersPage() {
  const { workers, tokens, server } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  useRefresh(5000);
  return (
    <>
      <PageHeader
        title="Workers"
        description="A worker runs jobs and serves models on its own machine. It calls here and needs no open port, so it can stand behind any firewall."
      />
      <div className="flex flex-col gap-6">
        <WorkerTable workers={workers} />
        <WorkerTokens tokens={tokens} server={server} result={result} />
      </div>
    </>
  );
}
