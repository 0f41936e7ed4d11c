import type { EditPolicy } from "../generated/prisma/client";
import { UserError } from "../errors";
import { type Distance, editDistance } from "./edit-distance";
import { plainLineEnds, withLineEndsOf } from "./line-ends";

/** An edit that changes more than this share of the response needs a comment. Short texts change wholly by one word. */
export const REWRITE_SHARE = 0.8;
const REWRITE_LEAST = 40;

export type Answer = { edit?: { text: string } | undefined; nothingToImprove: boolean; comment: string };
export type CheckedEdit = Distance & { text: string };

/**
 * Checks the edit of an answer against its pool's policy. Returns the edit with its distance, or null without one.
 * Throws a UserError that names the field and says what to do.
 */
export function checkEdit(policy: EditPolicy, original: string, answer: Answer): CheckedEdit | null {
  const { edit, nothingToImprove, comment } = answer;
  if (!edit) {
    if (policy !== "required") return null;
    if (!nothingToImprove)
      throw new UserError(
        'This pool asks for an edit. Improve the chosen response, or tick "nothing to improve" and say why.',
        422,
        "edit",
      );
    if (comment.trim() === "") throw new UserError("Say in the comment why the chosen response cannot be improved.", 422, "comment");
    return null;
  }
  if (policy === "off") throw new UserError("This pool does not take edits. Submit the choice alone.", 422, "edit");
  if (nothingToImprove)
    throw new UserError('There is an edit, and "nothing to improve" is ticked. Take back one of the two.', 422, "nothingToImprove");
  if (edit.text.trim() === "") throw new UserError("The edited response is empty. Write it, or submit without an edit.", 422, "edit");
  if (comparable(edit.text) === comparable(original))
    throw new UserError("The edit changes nothing. Change the text, or submit without an edit.", 422, "edit");
  const text = withLineEndsOf(original, edit.text);
  const distance = editDistance(original, text);
  if (distance.share > REWRITE_SHARE && original.length > REWRITE_LEAST && comment.trim() === "")
    throw new UserError("The edit replaces nearly all of the response. Say in the comment why.", 422, "comment");
  return { text, ...distance };
}

/** Line endings and white space at the ends are no edit: browsers change them on their own. */
export const comparable = (text: string) => plainLineEnds(text).trim();
