import { checkEdit, comparable } from "../../votes/rules";
import { UserError } from "../../errors";
import { choiceOf, gradeLabel, gradeOf, strengthOf, type Grade } from "../grades";
import { PLACES, type DraftContent, type Pair, type Place, type SideWork } from "../schema";

/** A pair and the work done on it so far. */
export type Worked = { pair: Pair; answer: DraftContent };

const UNTOUCHED: SideWork = { editText: null, nothingToImprove: false };
export const EMPTY_ANSWER: DraftContent = {
  choice: null,
  strength: null,
  left: UNTOUCHED,
  right: UNTOUCHED,
  comment: "",
  activeMs: 0,
};

export const gradeIn = ({ choice, strength }: DraftContent): Grade | null => gradeOf(choice, strength);
export const withGrade = (answer: DraftContent, grade: Grade): DraftContent => ({
  ...answer,
  choice: choiceOf(grade),
  strength: strengthOf(grade),
});
export const withSide = (answer: DraftContent, place: Place, work: Partial<SideWork>): DraftContent => ({
  ...answer,
  [place]: { ...answer[place], ...work },
});

/** Whether the person holds that the response on this side cannot be improved. Only asked where an edit is required. */
export const cannotBeImproved = ({ pair, answer }: Worked, place: Place): boolean =>
  pair.pool.editPolicy === "required" && answer[place].nothingToImprove;

/**
 * The response of this side as the person has changed it: what goes out if the side is chosen, and what is shown for it
 * then. Null where there is no edit, where the pool takes none, or where it changes nothing.
 */
export function editOf(task: Worked, place: Place): string | null {
  const { editText } = task.answer[place];
  if (editText === null || task.pair.pool.editPolicy === "off" || cannotBeImproved(task, place)) return null;
  return comparable(editText) === comparable(task.pair[place].text) ? null : editText;
}

/** The edit that goes out with the answer as it is. */
export const chosenEdit = (task: Worked): string | null => (task.answer.choice ? editOf(task, task.answer.choice) : null);

/** What the answer says, in words: "A is better, edited". */
export function saysOf(task: Worked): string | null {
  const grade = gradeIn(task.answer);
  return grade && gradeLabel(grade) + (chosenEdit(task) === null ? "" : ", edited");
}

/** The answer as it is sent. Only for one that is graded. */
export function submission(task: Worked) {
  const { choice, strength, comment } = task.answer;
  if (!choice || !strength) throw new Error("Only a graded pair can be submitted.");
  const text = editOf(task, choice);
  return { choice, strength, ...(text === null ? {} : { edit: { text } }), nothingToImprove: cannotBeImproved(task, choice), comment };
}

/** Whether two drafts say the same, whatever time was spent on them. */
export function sameAnswer(a: DraftContent, b: DraftContent): boolean {
  const side = (place: Place) => a[place].editText === b[place].editText && a[place].nothingToImprove === b[place].nothingToImprove;
  return a.choice === b.choice && a.strength === b.strength && a.comment === b.comment && side("left") && side("right");
}

/**
 * One of two versions of the work on a pair, with the other's edit of the side that it did not choose, where it has
 * none itself: that edit comes back when the side is chosen, and goes out with nothing else.
 */
export function keptWith(kept: DraftContent, dropped: DraftContent): DraftContent {
  const spare = PLACES.filter((place) => place !== kept.choice && kept[place].editText === null);
  return spare.reduce((answer, place) => withSide(answer, place, { editText: dropped[place].editText }), kept);
}

/** Why the pool's rule for edits does not take the answer, or null. */
export function againstRule(task: Worked): { field: string | undefined; message: string } | null {
  const { edit, nothingToImprove, comment, choice } = submission(task);
  try {
    checkEdit(task.pair.pool.editPolicy, task.pair[choice].text, { edit, nothingToImprove, comment });
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { field: error.field, message: error.message };
  }
}
