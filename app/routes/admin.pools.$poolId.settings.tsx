import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { useState } from "react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { updatePool } from "~/pools/commands.server";
import { PoolForm } from "~/pools/pool-form";
import { afterConflict } from "~/pools/revalidate";
import { getPool } from "~/pools/queries.server";
import { poolSettings } from "~/pools/schema";

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const pool = await orResponse(getPool(params.poolId ?? ""));
  const { name, description, capability, language, votesPerComparison, editPolicy, access, priority, updatedAt } = pool;
  return { values: { name, description, capability, language, votesPerComparison, editPolicy, access, priority }, updatedAt };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const { base, ...changes } = await parseForm(request, poolSettings);
    await updatePool(actor, params.poolId ?? "", changes, base);
    return { error: undefined, fields: undefined, saved: true };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export const shouldRevalidate = afterConflict;

export default function PoolSettings() {
  const { values, updatedAt } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const saved = updatedAt.toISOString();
  // What was typed stays when it could not be saved, also when the settings are others by now.
  const [shown, setShown] = useState(saved);
  if (shown !== saved && !result?.error) setShown(saved);
  return (
    <>
      <PoolForm key={shown} values={values} error={result?.error} errors={result?.fields} submit="Save settings">
        <input type="hidden" name="base" value={saved} />
      </PoolForm>
      <p role="status" className="mt-3 text-sm text-ok">
        {result && "saved" in result ? "Saved." : ""}
      </p>
    </>
  );
}
