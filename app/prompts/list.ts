import { z } from "zod";
import { archived, idFilter, listFields, searchText } from "../lists/schema";

export const PROMPT_SORTS = ["created", "turns"] as const;

/** What the list of prompts is asked for; the address of the page is its state. */
export const promptList = z.object({
  ...listFields,
  sort: z.enum(PROMPT_SORTS).catch("created"),
  pool: idFilter,
  import: idFilter,
  archived,
  q: searchText,
});
export type PromptList = z.infer<typeof promptList>;

/** Responses and comparisons of a prompt are counted up to this in the list, which then says "1,000+". */
export const MOST_COUNTED_IN_LIST = 1000;

const page = z.coerce.number().int().min(1).max(100_000).catch(1);
/** Which pages of its responses and comparisons the page of a prompt shows. */
export const promptPlace = z.object({ responses: page, comparisons: page });
export type PromptPlace = z.infer<typeof promptPlace>;
