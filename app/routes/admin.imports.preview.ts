import type { ActionFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";
import { jsonRoute, parseQuery } from "~/http/input.server";
import { previewImport } from "~/import/preview.server";
import { bodyOf } from "~/import/receive.server";
import { importQuery, optionsOf } from "~/import/schema";

/** POST: the body is the beginning of a file. Answers what its first rows would become. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    await requireRole(request, "admin");
    const query = parseQuery(request, importQuery);
    return { preview: await previewImport(bodyOf(request), query.name, optionsOf(query)) };
  });
