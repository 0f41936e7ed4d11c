import { z } from "zod";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import { Prisma, type Role } from "../generated/prisma/client";
import { poolProgress } from "./progress.server";
import type { MemberList, PoolList } from "./schema";

/** A page of pools with their progress; by default in the order in which they are served. */
export async function listPools({ page, perPage, sort, dir, archived, q }: PoolList) {
  const where: Prisma.PoolWhereInput = {
    ...(archived === "all" ? {} : { archivedAt: archived === "yes" ? { not: null } : null }),
    ...(q ? { OR: [{ name: { contains: q, mode: "insensitive" } }, { capability: { contains: q, mode: "insensitive" } }] } : {}),
  };
  const [pools, rowCount] = await Promise.all([
    db.pool.findMany({ where, orderBy: [{ [sort]: dir }, { name: "asc" }], skip: (page - 1) * perPage, take: perPage }),
    db.pool.count({ where }),
  ]);
  const progress = await poolProgress(pools.map(({ id }) => id));
  return { rows: pools.map((pool) => ({ ...pool, progress: progress(pool.id) })), rowCount };
}

/** One pool with its progress. */
export async function getPool(poolId: string) {
  const pool = z.uuid().safeParse(poolId).success ? await db.pool.findUnique({ where: { id: poolId } }) : null;
  if (!pool) throw notFound("This pool");
  const progress = await poolProgress([poolId]);
  return { ...pool, progress: progress(poolId) };
}

/** Texts of guidelines may be long. */
const VERSIONS = 20;

/** The latest versions of a pool's guidelines, newest first, older than `before`, and how many there are in all. */
export async function poolGuidelines(poolId: string, { before, take = VERSIONS }: { before?: number; take?: number } = {}) {
  const [versions, total] = await Promise.all([
    db.guideline.findMany({
      where: { poolId, ...(before && { version: { lt: before } }) },
      orderBy: { version: "desc" },
      select: { version: true, body: true, createdAt: true, createdBy: { select: { name: true } } },
      take,
    }),
    db.guideline.count({ where: { poolId } }),
  ]);
  return { versions, total };
}

/** A pool as the API gives it: with its latest guidelines, and its members as far as a list can be of use. */
export async function getPoolDetail(poolId: string) {
  const pool = await getPool(poolId);
  const [{ versions, total }, members, memberCount] = await Promise.all([
    poolGuidelines(poolId),
    db.poolMember.findMany({
      where: { poolId },
      include: { user: { select: { id: true, name: true, role: true } } },
      orderBy: { user: { name: "asc" } },
      take: MEMBERS,
    }),
    countMembers(poolId),
  ]);
  return { ...pool, guidelines: versions, guidelinesTotal: total, members, memberCount };
}
const MEMBERS = 200;

export const countMembers = (poolId: string) => db.poolMember.count({ where: { poolId } });

/** The pool of that name, for the command line and the API. */
export async function poolByName(name: string) {
  return await db.pool.findUnique({ where: { name } });
}

/** People who can be made members (with an account, not closed), those who are first, with whether they are. */
export async function possibleMembers(poolId: string, { q, page, perPage }: MemberList) {
  const like = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  const matching = Prisma.sql`NOT u."imported" AND u."deactivatedAt" IS NULL AND (u."name" ILIKE ${like} OR u."email" ILIKE ${like})`;
  const [rows, [total]] = await Promise.all([
    db.$queryRaw<{ id: string; name: string; email: string; role: Role; member: boolean }[]>`
      SELECT u."id"::text, u."name", u."email", u."role"::text, m."userId" IS NOT NULL AS member
      FROM "User" u LEFT JOIN "PoolMember" m ON m."userId" = u."id" AND m."poolId" = ${poolId}::uuid
      WHERE ${matching} ORDER BY member DESC, u."name", u."id" LIMIT ${perPage} OFFSET ${(page - 1) * perPage}`,
    db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM "User" u WHERE ${matching}`,
  ]);
  return { rows, rowCount: total?.n ?? 0 };
}
