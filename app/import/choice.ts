import type { Choice } from "./schema";

/** A choice as it stands in a row, from the side of a comparison whose responses may be the other way round. */
export const seen = <T extends Choice>(choice: T, swapped: boolean): T | 0 | 1 =>
  swapped && choice === 0 ? 1 : swapped && choice === 1 ? 0 : choice;
