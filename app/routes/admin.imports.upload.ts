import type { ActionFunctionArgs } from "@remix-run/node";
import { actorOf, requireRole } from "~/auth/guards.server";
import { jsonRoute, parseQuery } from "~/http/input.server";
import { receiveImport } from "~/import/receive.server";
import { importQuery } from "~/import/schema";

/** PUT: the body is the file, the address says pool, name and options. Answers with the id of the queued import. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = actorOf(await requireRole(request, "admin"));
    const { id } = await receiveImport(actor, request, parseQuery(request, importQuery));
    return { id };
  });
