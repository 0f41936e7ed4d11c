import { z } from "zod";
import { ARCHIVED } from "../lists/schema";
import { PROGRESS } from "./list";

/** What the HTTP API's list of comparisons is asked for. Unlike a page's address, a bad value here is an error. */
export const comparisonQuery = z.strictObject({
  pool: z.uuid("The id of a pool").optional(),
  q: z.string().trim().max(200).optional().describe("Words of the prompt, its id or its external id"),
  model: z.string().trim().max(200).optional().describe("Part of the name of either model"),
  progress: z.enum(PROGRESS).optional(),
  only: z.enum(["flagged", "gold"]).optional(),
  round: z.coerce.number().int().min(1).optional(),
  archived: z.enum(ARCHIVED).default("no"),
  dir: z.enum(["asc", "desc"]).default("desc"),
  perPage: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(80).optional(),
});
/** Which of the votes of one comparison are wanted. */
export const comparisonPlace = z.strictObject({
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .describe("Votes come 25 at a time, counted ones first; `totals` says how many there are"),
});
export type ComparisonQuery = z.infer<typeof comparisonQuery>;
