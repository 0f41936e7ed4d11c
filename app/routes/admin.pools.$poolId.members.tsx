import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { setMembers } from "~/pools/commands.server";
import { MemberPicker } from "~/pools/member-picker";
import { countMembers, getPool, possibleMembers } from "~/pools/queries.server";
import { memberList, poolMembers } from "~/pools/schema";

/** A form in which nobody is ticked sends no field at all. */
const memberForm = z.object({ userIds: poolMembers.shape.userIds.default([]), base: poolMembers.shape.userIds.default([]) });

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const pool = await orResponse(getPool(params.poolId ?? ""));
  const state = parseQuery(request, memberList);
  const [result, total] = await Promise.all([possibleMembers(pool.id, state), countMembers(pool.id)]);
  return { access: pool.access, state, result, total };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    await setMembers(actor, params.poolId ?? "", await parseForm(request, memberForm));
    return { saved: true as const };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function PoolMembers() {
  const { access, state, result, total } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  return (
    <div className="flex flex-col gap-4">
      {access === "everyone" && (
        <p className="rounded-md border border-line bg-raised px-3 py-2 text-sm">
          Every annotator may work on this pool now. The choice below counts once its settings say “Members only”.
        </p>
      )}
      <MemberPicker state={state} result={result} total={total} error={answer && "error" in answer ? answer.error : undefined} />
      <p role="status" className="text-sm text-ok">
        {answer && "saved" in answer ? "Saved." : ""}
      </p>
    </div>
  );
}
