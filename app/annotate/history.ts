import { z } from "zod";
import { gradeLabel, gradeOf, LETTER } from "./grades";
import type { Place } from "./schema";
import { TIE_LABELS, type Strength, type Tie } from "../votes/strength";

export const historyQuery = z.object({ cursor: z.string().max(100).optional().catch(undefined) });

/** What an answer says, in words. An imported one may come without a strength, or be a tie. */
export function saysWhat({ place, tie, strength }: { place: Place | null; tie: Tie | null; strength: Strength | null }): string {
  const grade = gradeOf(place, strength);
  if (grade) return gradeLabel(grade);
  if (tie) return TIE_LABELS[tie];
  return place ? `${LETTER[place]} is better` : "No answer";
}
