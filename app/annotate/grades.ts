import { STRENGTHS, STRENGTH_LABELS, type Strength } from "../votes/strength";
import type { Place } from "./schema";

/** The eight buttons, from left to right: 1 is "A significantly better", 8 is "B significantly better". */
export type Grade = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
export const GRADES: readonly Grade[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** What stands on the left is called A, what stands on the right B, whichever response it is. */
export const LETTER: Record<Place, "A" | "B"> = { left: "A", right: "B" };

export const choiceOf = (grade: Grade): Place => (grade <= 4 ? "left" : "right");
export const strengthOf = (grade: Grade): Strength => STRENGTHS[grade <= 4 ? grade - 1 : 8 - grade]!;

/** 1 (marginally) to 4 (significantly). */
export const intensityOf = (grade: Grade): 1 | 2 | 3 | 4 => (grade <= 4 ? 5 - grade : grade - 4) as 1 | 2 | 3 | 4;

export function gradeOf(choice: Place | null, strength: Strength | null): Grade | null {
  if (!choice || !strength) return null;
  const index = STRENGTHS.indexOf(strength);
  return (choice === "left" ? index + 1 : 8 - index) as Grade;
}

/** "A is slightly better". */
export const gradeLabel = (grade: Grade): string => `${LETTER[choiceOf(grade)]} is ${STRENGTH_LABELS[strengthOf(grade)].toLowerCase()}`;
