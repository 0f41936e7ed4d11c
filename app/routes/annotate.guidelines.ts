import type { LoaderFunctionArgs } from "@remix-run/node";
import { readGuidelines } from "~/annotate/guidelines.server";
import { guidelinesQuery } from "~/annotate/preferences";
import { requireUser } from "~/auth/guards.server";
import { jsonRoute, parseQuery } from "~/http/input.server";

export const loader = ({ request }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    const user = await requireUser(request);
    return await readGuidelines(user.id, parseQuery(request, guidelinesQuery));
  });
