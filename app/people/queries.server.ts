import { BY_ADMIN } from "../auth/tokens.server";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import { Prisma } from "../generated/prisma/client";
import { peopleAgreement } from "../quality/queries.server";
import type { PeopleList, PeopleSort } from "./list";
import { type AnnotatorFigures, NO_FIGURES, allFigures, annotatorFigures } from "./statistics.server";

const person = { id: true, name: true, email: true, role: true, imported: true, deactivatedAt: true, createdAt: true } as const;

/** A page of people with their figures. */
export async function listPeople(input: PeopleList) {
  const where = whereOf(input);
  const [ids, [total]] = await Promise.all([
    pageOf(input, where),
    db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM "User" u WHERE ${where}`,
  ]);
  const [people, figures] = await Promise.all([
    db.user.findMany({ where: { id: { in: ids } }, select: person }),
    annotatorFigures(input.days, ids),
  ]);
  const byId = new Map(people.map((row) => [row.id, { ...row, figures: figures(row.id) }]));
  return { rows: ids.flatMap((id) => byId.get(id) ?? []), rowCount: total?.n ?? 0 };
}
export type PersonRow = Awaited<ReturnType<typeof listPeople>>["rows"][number];

const SHOWN: Record<PeopleList["show"], Prisma.Sql> = {
  active: Prisma.sql`NOT u."imported" AND u."deactivatedAt" IS NULL`,
  closed: Prisma.sql`NOT u."imported" AND u."deactivatedAt" IS NOT NULL`,
  imported: Prisma.sql`u."imported"`,
  all: Prisma.sql`true`,
};

function whereOf({ q, show, role }: PeopleList): Prisma.Sql {
  const conditions = [SHOWN[show]];
  if (role) conditions.push(Prisma.sql`u."role" = ${role}::"Role"`);
  const like = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  if (q) conditions.push(Prisma.sql`(u."name" ILIKE ${like} OR u."email" ILIKE ${like})`);
  return Prisma.join(conditions, " AND ");
}

/** The ids of a page in order. What is sorted by a figure brings the figures along; whoever has none comes after those with the least. */
async function pageOf({ sort, dir, days, page, perPage }: PeopleList, where: Prisma.Sql): Promise<string[]> {
  const ranks = sort === "name" ? [] : [...(await allFigures(days))].map(([id, figures]) => [id, RANKS[sort](figures)] as const);
  const none = sort === "name" ? 0 : RANKS[sort](NO_FIGURES);
  const order = sort === "name" ? Prisma.sql`lower(u."name")` : Prisma.sql`COALESCE(r.rank, ${none})`;
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT u."id"::text FROM "User" u
    LEFT JOIN unnest(${ranks.map(([id]) => id)}::uuid[], ${ranks.map(([, rank]) => rank)}::float8[]) AS r(id, rank) ON r.id = u."id"
    WHERE ${where} ORDER BY ${order} ${Prisma.raw(dir)}, u."name", u."id" LIMIT ${perPage} OFFSET ${(page - 1) * perPage}`;
  return rows.map(({ id }) => id);
}

const share = (part: number, of: number) => (of === 0 ? -1 : part / of);

/** What a column of figures sorts by. */
const RANKS: Record<Exclude<PeopleSort, "name">, (figures: AnnotatorFigures) => number> = {
  votes: ({ votes }) => votes,
  medianMs: ({ medianMs }) => medianMs ?? -1,
  skips: ({ skips }) => skips,
  flags: ({ flags }) => flags,
  left: ({ left }) => share(left.chosen, left.of),
  gold: ({ gold }) => share(gold.right, gold.of),
  edited: ({ edited, votes }) => share(edited, votes),
  lastVoteAt: ({ lastVoteAt }) => lastVoteAt?.getTime() ?? 0,
};

/** More invitations than anybody leaves open. */
const MOST_INVITES = 200;

/** Invitations that can still be used. */
export async function openInvites() {
  return await db.invite.findMany({
    where: { usedAt: null, revokedAt: null, expiresAt: { gt: new Date() }, createdBy: BY_ADMIN },
    select: { id: true, role: true, note: true, createdAt: true, expiresAt: true, createdBy: { select: { name: true } } },
    orderBy: { createdAt: "desc" },
    take: MOST_INVITES,
  });
}

/** Pools that a page names. */
const POOLS = 50;

/** One person with figures, recent votes, strengths used and the pools that list them. */
export async function getPerson(id: string) {
  const found = await db.user.findUnique({
    where: { id },
    select: {
      ...person,
      pseudonym: true,
      memberships: { select: { pool: { select: { id: true, name: true } } }, orderBy: { pool: { name: "asc" } }, take: POOLS },
      _count: { select: { sessions: true, memberships: true } },
    },
  });
  if (!found) throw notFound("This person");
  const [figures, votes, strengths, agreement] = await Promise.all([
    annotatorFigures(0, [id]),
    recentVotes(id),
    strengthsOf(id),
    peopleAgreement(),
  ]);
  return { ...found, figures: figures(id), votes, strengths, agreement: agreement.get(id) ?? null };
}
export type PersonDetail = Awaited<ReturnType<typeof getPerson>>;

const recentVotes = (annotatorId: string) =>
  db.vote.findMany({
    where: { annotatorId },
    orderBy: [{ updatedAt: "desc" }, { id: "desc" }],
    take: 20,
    select: {
      id: true,
      status: true,
      updatedAt: true,
      comparison: { select: { id: true, pool: { select: { name: true, language: true } }, prompt: { select: { excerpt: true } } } },
      current: { select: { kind: true, side: true, tie: true, strength: true, activeMs: true, editId: true, unblinded: true } },
    },
  });

async function strengthsOf(annotatorId: string) {
  return await db.$queryRaw<{ strength: string | null; n: number }[]>`
    SELECT r."strength"::text AS strength, count(*)::int AS n FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId"
    WHERE v."annotatorId" = ${annotatorId}::uuid AND v."status" <> 'withdrawn' AND r."side" IS NOT NULL GROUP BY 1`;
}
