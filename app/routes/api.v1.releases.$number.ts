import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute, parseApi } from "~/http/input.server";
import { pathNumber } from "~/http/path.server";
import { cancelRelease, setReleaseArchived } from "~/releases/commands.server";
import { getRelease } from "~/releases/queries.server";
import { apiReleaseChange } from "~/releases/schema";

export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "releases:read");
    return await getRelease(pathNumber(params.number, "This release"));
  });

/** Cancels, archives or restores: {"do": "cancel"} and so on. */
export const action = ({ request, params }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = await requireToken(request, "releases:write");
    const number = pathNumber(params.number, "This release");
    const change = await parseApi(request, "POST", apiReleaseChange);
    if (change.do === "cancel") await cancelRelease(actor, number);
    else await setReleaseArchived(actor, number, change.do === "archive");
    const { status, archivedAt } = await getRelease(number);
    return { number, status, archivedAt };
  });
