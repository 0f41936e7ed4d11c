import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { createToken, revokeToken } from "~/tokens/commands.server";
import { listTokens } from "~/tokens/queries.server";
import { newApiToken } from "~/tokens/schema";
import { TokenForm } from "~/tokens/token-form";
import { TokenList } from "~/tokens/token-list";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "API tokens · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  return { tokens: await listTokens(), now: new Date().toISOString() };
}

const Change = z.discriminatedUnion("intent", [
  newApiToken.extend({ intent: z.literal("create") }),
  z.object({ intent: z.literal("revoke"), id: z.uuid() }),
]);

export async function action({ request }: ActionFunctionArgs) {
  const user = await requireRole(request, "admin");
  try {
    const change = await parseForm(request, Change);
    if (change.intent === "create") return { token: await createToken({ kind: "user", id: user.id }, change) };
    await revokeToken(actorOf(user), change.id);
    return { done: "revoke" };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function TokensPage() {
  const { tokens, now } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader
        title="API tokens"
        description={
          <>
            For programs that use the{" "}
            <a href="/api/v1/openapi.json" className="text-accent-text underline underline-offset-2">
              HTTP API
            </a>
            . A token acts in the name of who made it, within its scopes.
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <TokenForm />
        <TokenList tokens={tokens} now={now} />
      </div>
    </>
  );
}
