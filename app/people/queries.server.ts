import { BY_ADMIN } from "../auth/tokens.server";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import type { Prisma } from "../generated/prisma/client";
import type { PeopleList, PeopleSort } from "./list";
import { type AnnotatorFigures, annotatorFigures } from "./statistics.server";

/** More people than a team has; the list is sorted in memory, because its figures are. */
const MOST_PEOPLE = 20_000;

const person = { id: true, name: true, email: true, role: true, imported: true, deactivatedAt: true, createdAt: true } as const;

/** A page of people with their figures. */
export async function listPeople(input: PeopleList) {
  const { q, show, role, days, sort, dir, page, perPage } = input;
  const shown: Record<PeopleList["show"], Prisma.UserWhereInput> = {
    active: { imported: false, deactivatedAt: null },
    closed: { imported: false, deactivatedAt: { not: null } },
    imported: { imported: true },
    all: {},
  };
  const match = q ? { OR: [{ name: { contains: q, mode: "insensitive" } }, { email: { contains: q, mode: "insensitive" } }] } : {};
  const [people, figures] = await Promise.all([
    db.user.findMany({
      where: { ...shown[show], ...(role && { role }), ...match } as Prisma.UserWhereInput,
      select: person,
      take: MOST_PEOPLE,
    }),
    annotatorFigures(days),
  ]);
  const rows = people.map((row) => ({ ...row, figures: figures(row.id) }));
  const sign = dir === "asc" ? 1 : -1;
  rows.sort((a, b) => sign * compare(rank(a, sort), rank(b, sort)) || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  return { rows: rows.slice((page - 1) * perPage, page * perPage), rowCount: rows.length };
}
export type PersonRow = Awaited<ReturnType<typeof listPeople>>["rows"][number];

type Ranked = { name: string; figures: AnnotatorFigures };

const share = (part: number, of: number) => (of === 0 ? -1 : part / of);

/** What a column sorts by; people without the figure come after those with the least. */
const RANKS: Record<PeopleSort, (row: Ranked) => number | string> = {
  name: ({ name }) => name.toLocaleLowerCase(),
  votes: ({ figures }) => figures.votes,
  medianMs: ({ figures }) => figures.medianMs ?? -1,
  skips: ({ figures }) => figures.skips,
  flags: ({ figures }) => figures.flags,
  left: ({ figures: { left } }) => share(left.chosen, left.of),
  gold: ({ figures: { gold } }) => share(gold.right, gold.of),
  edited: ({ figures }) => share(figures.edited, figures.votes),
  lastVoteAt: ({ figures }) => figures.lastVoteAt?.getTime() ?? 0,
};
const rank = (row: Ranked, sort: PeopleSort) => RANKS[sort](row);
const compare = (a: number | string, b: number | string) =>
  typeof a === "string" && typeof b === "string" ? a.localeCompare(b) : Number(a) - Number(b);

/** Invitations that can still be used. */
export async function openInvites() {
  return await db.invite.findMany({
    where: { usedAt: null, revokedAt: null, expiresAt: { gt: new Date() }, createdBy: BY_ADMIN },
    select: { id: true, role: true, note: true, createdAt: true, expiresAt: true, createdBy: { select: { name: true } } },
    orderBy: { createdAt: "desc" },
  });
}

/** One person with figures, recent votes, strengths used and the pools that list them. */
export async function getPerson(id: string) {
  const found = await db.user.findUnique({
    where: { id },
    select: {
      ...person,
      pseudonym: true,
      memberships: { select: { pool: { select: { id: true, name: true } } }, orderBy: { pool: { name: "asc" } } },
      _count: { select: { sessions: true } },
    },
  });
  if (!found) throw notFound("This person");
  const [figures, votes, strengths] = await Promise.all([annotatorFigures(0), recentVotes(id), strengthsOf(id)]);
  return { ...found, figures: figures(id), votes, strengths };
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
      comparison: { select: { id: true, pool: { select: { name: true } }, prompt: { select: { excerpt: true } } } },
      current: { select: { side: true, strength: true, activeMs: true, editId: true } },
    },
  });

async function strengthsOf(annotatorId: string) {
  return await db.$queryRaw<{ strength: string | null; n: number }[]>`
    SELECT r."strength"::text AS strength, count(*)::int AS n FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId"
    WHERE v."annotatorId" = ${annotatorId}::uuid AND v."status" <> 'withdrawn' AND r."side" IS NOT NULL GROUP BY 1`;
}
