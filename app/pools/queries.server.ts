import { z } from "zod";
import { db, type Prisma } from "../database/client.server";
import { notFound } from "../errors";
import { poolProgress } from "./progress.server";
import type { PoolList } from "./schema";

/** A page of pools with their progress; by default in the order in which they are served. */
export async function listPools({ page, perPage, sort, dir, archived, q }: PoolList) {
  const where: Prisma.PoolWhereInput = {
    ...(archived === "all" ? {} : { archivedAt: archived === "yes" ? { not: null } : null }),
    ...(q ? { OR: [{ name: { contains: q, mode: "insensitive" } }, { capability: { contains: q, mode: "insensitive" } }] } : {}),
  };
  const [pools, rowCount, progress] = await Promise.all([
    db.pool.findMany({ where, orderBy: [{ [sort]: dir }, { name: "asc" }], skip: (page - 1) * perPage, take: perPage }),
    db.pool.count({ where }),
    poolProgress(),
  ]);
  return { rows: pools.map((pool) => ({ ...pool, progress: progress(pool.id) })), rowCount };
}

/** One pool with its progress, guidelines (newest first) and members. */
export async function getPool(poolId: string) {
  if (!z.uuid().safeParse(poolId).success) throw notFound("This pool");
  const pool = await db.pool.findUnique({
    where: { id: poolId },
    include: {
      guidelines: { orderBy: { version: "desc" }, include: { createdBy: { select: { name: true } } } },
      members: { include: { user: { select: { id: true, name: true, role: true } } }, orderBy: { user: { name: "asc" } } },
    },
  });
  if (!pool) throw notFound("This pool");
  const progress = await poolProgress();
  return { ...pool, progress: progress(poolId) };
}

/** The pool of that name, for the command line and the API. */
export async function poolByName(name: string) {
  return await db.pool.findUnique({ where: { name } });
}

/** People who can be made members: with an account, not closed. */
export async function possibleMembers() {
  return await db.user.findMany({
    where: { imported: false, deactivatedAt: null },
    select: { id: true, name: true, email: true, role: true },
    orderBy: { name: "asc" },
    take: 10_000,
  });
}
