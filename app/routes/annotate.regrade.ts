import type { ActionFunctionArgs } from "@remix-run/node";
import { regradeRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { regradeVote } from "../votes/regrade.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workbenchAction(request, regradeRequest, (actor, input) => regradeVote(actor, input));
