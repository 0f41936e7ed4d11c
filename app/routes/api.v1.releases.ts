import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute, parseApi, parseQuery } from "~/http/input.server";
import { createRelease, poolIds } from "~/releases/commands.server";
import { listReleases } from "~/releases/queries.server";
import { apiRelease, releaseList } from "~/releases/schema";

export const loader = ({ request }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "releases:read");
    return await listReleases(parseQuery(request, releaseList));
  });

/** Orders a release; answers 202 with its number. Poll /api/v1/releases/NUMBER until its status is done. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = await requireToken(request, "releases:write");
    const { name, options } = await parseApi(request, "POST", apiRelease);
    const pools = z.array(z.string()).safeParse(options.pools).data;
    const release = await createRelease(actor, { name, options: pools ? { ...options, pools: await poolIds(pools) } : options });
    return Response.json({ number: release.number, status: release.status }, { status: 202 });
  });
