import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute, parseApi, parseQuery } from "~/http/input.server";
import { changeImport } from "~/import/changes.server";
import { getImport, listBadRows } from "~/import/queries.server";
import { importAction } from "~/import/schema";

const badRows = z.object({
  page: z.coerce.number().int().min(1).max(1000).catch(1),
  perPage: z.coerce.number().int().min(1).max(1000).catch(100),
});

/** One import with a page of its bad rows. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "import");
    const run = await getImport(params.importId ?? "");
    return { ...run, bad: run.badRows > 0 ? await listBadRows(run.id, parseQuery(request, badRows)) : [] };
  });

/** {"intent": "cancel"}, "retry" or "undo". */
export const action = ({ request, params }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const actor = await requireToken(request, "import");
    const { id } = await getImport(params.importId ?? "");
    const { intent } = await parseApi(request, "POST", importAction);
    await changeImport(actor, id, intent);
    return await getImport(id);
  });
