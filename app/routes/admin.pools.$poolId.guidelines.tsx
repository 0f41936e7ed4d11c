import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { Markdown } from "~/markdown/markdown";
import { addGuideline } from "~/pools/commands.server";
import { GuidelineEditor } from "~/pools/guideline-editor";
import { GuidelineHistory } from "~/pools/guideline-history";
import { getPool } from "~/pools/queries.server";
import { afterConflict } from "~/pools/revalidate";
import { newGuideline } from "~/pools/schema";
import { Card, EmptyState } from "~/ui/page";

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const { guidelines } = await orResponse(getPool(params.poolId ?? ""));
  return {
    versions: guidelines.map(({ version, body, createdAt, createdBy }) => ({ version, body, createdAt, createdBy })),
    mayChange: role === "admin",
  };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    await addGuideline(actor, params.poolId ?? "", await parseForm(request, newGuideline));
    return null;
  } catch (error) {
    return userErrorResponse(error);
  }
}

export const shouldRevalidate = afterConflict;

export default function PoolGuidelines() {
  const { versions, mayChange } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  const [newest] = versions;
  return (
    <div className="flex flex-col gap-6">
      {mayChange ? (
        <GuidelineEditor body={newest?.body ?? ""} version={newest?.version ?? 0} error={failure?.error} />
      ) : newest ? (
        <Card title={`Version ${newest.version}`}>
          <Markdown source={newest.body} />
        </Card>
      ) : (
        <EmptyState title="No guidelines yet">An admin writes them here.</EmptyState>
      )}
      {versions.length > 0 && <GuidelineHistory key={newest?.version} versions={versions} />}
    </div>
  );
}
