import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute, parseQuery, requireMethod } from "~/http/input.server";
import { getImport, listImports } from "~/import/queries.server";
import { receiveImport } from "~/import/receive.server";
import { importList, importQuery } from "~/import/schema";

export const loader = ({ request }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "import");
    return await listImports(parseQuery(request, importList));
  });

/** The body is the file, the address says pool, name and options. Answers 202 with the queued import; poll its address. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = await requireToken(request, "import");
    requireMethod(request, "POST");
    const { id } = await receiveImport(actor, request, parseQuery(request, importQuery));
    return Response.json(await getImport(id), { status: 202, headers: { Location: `/api/v1/imports/${id}` } });
  });
