import type { ActionFunctionArgs } from "@remix-run/node";
import { type UndoRequest, undoRequest } from "../annotate/schema";
import { type Annotator, workbenchAction } from "../annotate/action.server";
import { undoFlag, undoSkip, undoVote } from "../votes/undo.server";

export const action = ({ request }: ActionFunctionArgs) => workbenchAction(request, undoRequest, undo);

async function undo(actor: Annotator, input: UndoRequest) {
  switch (input.kind) {
    case "vote":
      return await undoVote(actor, input);
    case "skip":
      return await undoSkip(actor, input);
    case "flag":
      return await undoFlag(actor, input.flagId);
  }
}
