import { z } from "zod";
import { archived, idFilter, listFields, searchText } from "../lists/schema";

export const COMPARISON_SORTS = ["created", "round"] as const;
/** untouched: no counted vote. waiting: a place is free or being graded. complete: every place is filled. */
export const PROGRESS = ["untouched", "waiting", "complete"] as const;

/** What the list of comparisons is asked for; the address of the page is its state. */
export const comparisonList = z.object({
  ...listFields,
  sort: z.enum(COMPARISON_SORTS).catch("created"),
  pool: idFilter,
  archived,
  q: searchText,
  model: searchText,
  progress: z.enum(PROGRESS).optional().catch(undefined),
  only: z.enum(["flagged", "gold"]).optional().catch(undefined),
  round: z.coerce.number().int().min(1).max(1_000_000).optional().catch(undefined),
});
export type ComparisonList = z.infer<typeof comparisonList>;

/** Which page of a comparison's votes is wanted. */
export const votesPlace = z.object({ page: z.coerce.number().int().min(1).max(100_000).catch(1) });

export const isFiltered = ({ pool, archived: shown, q, model, progress, only, round }: ComparisonList): boolean =>
  Boolean(pool || q || model || progress || only || round || shown !== "no");
