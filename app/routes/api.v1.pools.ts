import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute, parseApi, parseQuery } from "~/http/input.server";
import { createPool } from "~/pools/commands.server";
import { listPools } from "~/pools/queries.server";
import { newPool, poolList } from "~/pools/schema";

export const loader = ({ request }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "pools:read");
    return await listPools(parseQuery(request, poolList));
  });

/** Makes a pool. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = await requireToken(request, "pools:write");
    return Response.json(await createPool(actor, await parseApi(request, "POST", newPool)), { status: 201 });
  });
