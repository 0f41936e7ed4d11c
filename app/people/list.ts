import { z } from "zod";
import { searchText } from "../lists/schema";

export const PEOPLE_SORTS = ["name", "votes", "medianMs", "skips", "flags", "left", "gold", "edited", "lastVoteAt"] as const;
export type PeopleSort = (typeof PEOPLE_SORTS)[number];

export const ROLES = ["annotator", "reviewer", "admin"] as const;

/** What the list of people is asked for. `days`: figures of the votes of the last so many days; 0 for all. */
export const peopleList = z.object({
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(25),
  sort: z.enum(PEOPLE_SORTS).catch("votes"),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  q: searchText,
  show: z.enum(["active", "closed", "imported", "all"]).catch("active"),
  role: z.enum(ROLES).optional().catch(undefined),
  days: z.coerce
    .number()
    .int()
    .pipe(z.union([z.literal(0), z.literal(7), z.literal(30)]))
    .catch(0),
});
export type PeopleList = z.infer<typeof peopleList>;
