import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { updatePool } from "~/pools/commands.server";
import { PoolForm } from "~/pools/pool-form";
import { getPool } from "~/pools/queries.server";
import { poolChanges } from "~/pools/schema";

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const pool = await orResponse(getPool(params.poolId ?? ""));
  const { name, description, capability, language, votesPerComparison, editPolicy, access, priority, updatedAt } = pool;
  return { values: { name, description, capability, language, votesPerComparison, editPolicy, access, priority }, updatedAt };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    await updatePool(actor, params.poolId ?? "", await parseForm(request, poolChanges));
    return { error: undefined, fields: undefined, saved: true };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function PoolSettings() {
  const { values, updatedAt } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  return (
    <>
      <PoolForm key={updatedAt.toISOString()} values={values} error={result?.error} errors={result?.fields} submit="Save settings" />
      <p role="status" className="mt-3 text-sm text-ok">
        {result && "saved" in result ? "Saved." : ""}
      </p>
    </>
  );
}
