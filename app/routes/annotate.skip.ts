import type { ActionFunctionArgs } from "@remix-run/node";
import { skipRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { skipPair } from "../votes/pass.server";

export const action = ({ request }: ActionFunctionArgs) => workbenchAction(request, skipRequest, (actor, input) => skipPair(actor, input));
