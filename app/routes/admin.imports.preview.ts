import type { ActionFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { requireRole } from "~/auth/guards.server";
import { jsonRoute, parseQuery } from "~/http/input.server";
import { previewImport } from "~/import/child.server";
import { bodyOf } from "~/import/receive.server";
import { importQuery, optionsOf } from "~/import/schema";

const previewQuery = importQuery.extend({ part: z.literal("1").optional() });

/** POST: the body is a file, or with `part` the beginning of one. Answers what it would become. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    await requireRole(request, "admin");
    const { part, ...query } = parseQuery(request, previewQuery);
    const job = { name: query.name, options: optionsOf(query), part: part === "1" };
    return { preview: await previewImport(bodyOf(request), job, request.signal) };
  });
