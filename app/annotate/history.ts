import { z } from "zod";
import { gradeLabel, gradeOf, LETTER } from "./grades";
import type { Place } from "./schema";
import type { Strength } from "../votes/strength";

export const historyQuery = z.object({ cursor: z.string().max(100).optional().catch(undefined) });

/** What an answer says, in words. An imported one may come without a strength. */
export function saysWhat(place: Place | null, strength: Strength | null): string {
  const grade = gradeOf(place, strength);
  if (grade) return gradeLabel(grade);
  return place ? `${LETTER[place]} is better` : "No answer";
}
