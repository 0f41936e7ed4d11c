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
