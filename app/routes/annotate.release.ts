import type { ActionFunctionArgs } from "@remix-run/node";
import { releaseRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { releaseLeases } from "../assignment/commands.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workbenchAction(request, releaseRequest, async (actor, input) => ({ released: await releaseLeases(actor.id, input) }));
