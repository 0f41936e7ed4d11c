import { db } from "../database/client.server";

const shown = { id: true, name: true, archivedAt: true } as const;
/** More than a list to choose from can be of use; the one that is chosen is always in it. */
const MOST = 500;

/** Pools that something can be made for. */
export const poolsInService = () =>
  db.pool.findMany({ where: { archivedAt: null }, select: { id: true, name: true }, orderBy: { name: "asc" }, take: MOST / 2 });

/** The pools for a filter, those in service first. */
export async function poolChoices(chosen?: string) {
  const pools = await db.pool.findMany({
    select: shown,
    orderBy: [{ archivedAt: { sort: "desc", nulls: "first" } }, { name: "asc" }],
    take: MOST,
  });
  if (!chosen || pools.some(({ id }) => id === chosen)) return pools;
  return [...(await db.pool.findMany({ where: { id: chosen }, select: shown })), ...pools];
}
