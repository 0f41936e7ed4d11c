import type { ActionFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";
import { jsonRoute, parseJson } from "~/http/input.server";
import { streamChat } from "~/models/chat.server";
import { chatRequest } from "~/models/schema";

/** One answer of one model, as it is written. */
export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    await requireRole(request, "admin");
    return streamChat(await parseJson(request, chatRequest), request.signal);
  });
