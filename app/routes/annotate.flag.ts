import type { ActionFunctionArgs } from "@remix-run/node";
import { flagRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { flagPair } from "../votes/pass.server";

export const action = ({ request }: ActionFunctionArgs) => workbenchAction(request, flagRequest, (actor, input) => flagPair(actor, input));
