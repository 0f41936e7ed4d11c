import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { Markdown } from "~/markdown/markdown";
import { addGuideline } from "~/pools/commands.server";
import { GuidelineEditor } from "~/pools/guideline-editor";
import { GuidelineHistory } from "~/pools/guideline-history";
import { getPool, poolGuidelines } from "~/pools/queries.server";
import { afterConflict } from "~/pools/revalidate";
import { newGuideline } from "~/pools/schema";
import { Card, EmptyState } from "~/ui/page";

/** Older versions are pages of their own, since each is a long text. */
const place = z.object({ before: z.coerce.number().int().min(1).max(1_000_000_000).optional().catch(undefined) });

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const { id } = await orResponse(getPool(params.poolId ?? ""));
  const { before } = parseQuery(request, place);
  const [
    {
      versions: [newest],
    },
    { versions, total },
  ] = await Promise.all([poolGuidelines(id, { take: 1 }), poolGuidelines(id, { before })]);
  return { newest, versions, total, mayChange: role === "admin" };
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
  const { newest, versions, total, mayChange } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
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
      {newest && <GuidelineHistory key={`${newest.version} ${versions[0]?.version}`} newest={newest} versions={versions} total={total} />}
    </div>
  );
}
