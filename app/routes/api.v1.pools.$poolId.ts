import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute, parseApi } from "~/http/input.server";
import { applyPoolPatch } from "~/pools/commands.server";
import { getPool, getPoolDetail } from "~/pools/queries.server";
import { poolPatch } from "~/pools/schema";

export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "pools:read");
    return await getPoolDetail(params.poolId ?? "");
  });

/** Changes settings, archives or restores, adds a version of the guidelines, sets members: what the body names. */
export const action = ({ request, params }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = await requireToken(request, "pools:write");
    const { id } = await getPool(params.poolId ?? "");
    await applyPoolPatch(actor, id, await parseApi(request, "PATCH", poolPatch));
    return await getPoolDetail(id);
  });
