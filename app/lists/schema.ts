import { z } from "zod";

/**
 * What the address of every long list carries beside its own filters. `after` and `before` are the places that the links
 * "Next" and "Previous" lead to; `page` then only says where the reader is. Bad values become defaults.
 */
export const listFields = {
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(25),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  after: z.string().max(80).optional().catch(undefined),
  before: z.string().max(80).optional().catch(undefined),
};

export type Place = { page: number; perPage: number; dir: "asc" | "desc"; after?: string; before?: string };

export const ARCHIVED = ["no", "yes", "all"] as const;
export const archived = z.enum(ARCHIVED).catch("no");

/** Free text of a search box. */
export const searchText = z.string().trim().max(200).catch("");

/** A filter on one row of another table; anything but an id is no filter. */
export const idFilter = z.uuid().optional().catch(undefined);

/** What a bulk action is sent: the rows that were ticked. */
export const bulk = z.object({
  intent: z.enum(["archive", "restore"]),
  ids: z.array(z.uuid()).min(1, "Choose at least one row.").max(1000),
});
