import { db } from "../database/client.server";

/** The pools for a filter, those in service first. */
export const poolChoices = () =>
  db.pool.findMany({
    select: { id: true, name: true, archivedAt: true },
    orderBy: [{ archivedAt: { sort: "desc", nulls: "first" } }, { name: "asc" }],
    take: 1000,
  });
