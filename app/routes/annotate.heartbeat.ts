import type { ActionFunctionArgs } from "@remix-run/node";
import { heartbeatRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { heartbeat } from "../assignment/commands.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workbenchAction(request, heartbeatRequest, (actor, input) => heartbeat(actor.id, input));
