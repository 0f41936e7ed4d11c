import type { ActionFunctionArgs } from "@remix-run/node";
import { voteRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { submitVote } from "../votes/submit.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workbenchAction(request, voteRequest, (actor, input) => submitVote(actor, input));
