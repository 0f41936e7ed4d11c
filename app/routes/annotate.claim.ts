import type { ActionFunctionArgs } from "@remix-run/node";
import { claimRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { claimPairs } from "../assignment/commands.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workbenchAction(request, claimRequest, (actor, input) => claimPairs(actor.id, input));
