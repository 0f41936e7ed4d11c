import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { setMembers } from "~/pools/commands.server";
import { MemberPicker } from "~/pools/member-picker";
import { getPool, possibleMembers } from "~/pools/queries.server";
import { poolMembers } from "~/pools/schema";

/** A form in which nobody is ticked sends no field at all. */
const memberForm = z.object({ userIds: poolMembers.shape.userIds.default([]), base: poolMembers.shape.userIds.default([]) });

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const pool = await orResponse(getPool(params.poolId ?? ""));
  return { access: pool.access, members: pool.members.map(({ userId }) => userId), people: await possibleMembers() };
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
  const { access, members, people } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  return (
    <div className="flex flex-col gap-4">
      {access === "everyone" && (
        <p className="rounded-md border border-line bg-raised px-3 py-2 text-sm">
          Every annotator may work on this pool now. The choice below counts once its settings say “Members only”.
        </p>
      )}
      <MemberPicker people={people} members={members} error={result && "error" in result ? result.error : undefined} />
      <p role="status" className="text-sm text-ok">
        {result && "saved" in result ? "Saved." : ""}
      </p>
    </div>
  );
}
