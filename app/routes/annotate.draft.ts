import type { ActionFunctionArgs } from "@remix-run/node";
import { draftRequest } from "../annotate/schema";
import { workbenchAction } from "../annotate/action.server";
import { saveDraft } from "../drafts/commands.server";

export const action = ({ request }: ActionFunctionArgs) =>
  workbenchAction(request, draftRequest, (actor, input) => saveDraft(actor.id, input));
