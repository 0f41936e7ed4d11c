import { leftSideFor } from "../assignment/secret.server";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import type { Prisma } from "../generated/prisma/client";
import { messages } from "../prompts/schema";
import { agreementOf } from "../quality/agreement";

const who = { select: { id: true, name: true } } as const;

/** Of votes a page at a time; of the rest the latest, with how many there are. Texts may be long. */
const VOTES = 25;
const REVISIONS = 10;
const RELEASES = 5;
const LATEST = 50;

const everything = {
  pool: { select: { id: true, name: true, language: true } },
  prompt: { select: { id: true, externalId: true, messages: true, metadata: true, excerpt: true } },
  responseA: true,
  responseB: true,
  slots: {
    orderBy: { ordinal: "asc" },
    include: { annotator: who, vote: { select: { current: { select: { kind: true, leftSide: true } } } } },
    take: 100,
  },
  drafts: { include: { annotator: who }, orderBy: { updatedAt: "desc" }, take: LATEST },
  skips: { orderBy: { createdAt: "desc" }, include: { annotator: who }, take: LATEST },
  // Open ones first: they wait for somebody.
  flags: { orderBy: [{ resolvedAt: { sort: "asc", nulls: "first" } }, { createdAt: "asc" }], include: { annotator: who }, take: LATEST },
} satisfies Prisma.ComparisonInclude;

/** One comparison with all that happened to it. What an annotator is writing at this moment is not part of it. */
export async function getComparison(id: string, { page = 1 }: { page?: number } = {}) {
  const found = await db.comparison.findUnique({ where: { id }, include: everything });
  if (!found) throw notFound("This comparison");
  const { slots, drafts, flags, skips, responseA, responseB, prompt, ...comparison } = found;
  const [votes, totals, figures] = await Promise.all([votesOf(id, page), totalsOf(id), figuresOf(id)]);
  return {
    ...comparison,
    prompt: { ...prompt, conversation: messages.parse(prompt.messages) },
    responses: [responseA, responseB].map(({ seed, ...response }) => ({ ...response, seed: seed?.toString() ?? null })),
    votes,
    votesPage: { page, perPage: VOTES },
    totals,
    figures,
    slots: await Promise.all(slots.map(toSlot)),
    flags: await Promise.all(flags.map(withLetters)),
    skips: await Promise.all(skips.map(withLetters)),
    drafts: drafts.map(({ annotator, updatedAt, version }) => ({ annotator, updatedAt, version })),
  };
}
export type ComparisonDetail = Awaited<ReturnType<typeof getComparison>>;
export type VoteDetail = ComparisonDetail["votes"][number];
export type RevisionDetail = VoteDetail["revisions"][number];

async function totalsOf(comparisonId: string) {
  const where = { comparisonId };
  const [votes, flags, skips, drafts] = await Promise.all([
    db.vote.count({ where }),
    db.flag.count({ where }),
    db.skip.count({ where }),
    db.draft.count({ where }),
  ]);
  return { votes, flags, skips, drafts };
}

/** Of all counted votes, whichever page of them is shown. */
async function figuresOf(comparisonId: string) {
  const [found] = await db.$queryRaw<{ counted: number; forA: number; forB: number; neither: number; medianMs: number | null }[]>`
    SELECT count(*)::int AS counted, count(*) FILTER (WHERE r."side" = 0)::int AS "forA", count(*) FILTER (WHERE r."side" = 1)::int AS "forB",
           count(r."tie")::int AS neither,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY r."activeMs") AS "medianMs"
    FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId"
    WHERE v."comparisonId" = ${comparisonId}::uuid AND v."status" = 'counted'`;
  const figures = found ?? { counted: 0, forA: 0, forB: 0, neither: 0, medianMs: null };
  return { ...figures, agreement: agreementOf([{ a: figures.forA, neither: figures.neither, b: figures.forB, count: 1 }]) };
}

/** Counted votes come first. */
async function votesOf(comparisonId: string, page: number) {
  const votes = await db.vote.findMany({
    where: { comparisonId },
    orderBy: [{ status: "asc" }, { createdAt: "asc" }, { id: "asc" }],
    include: { annotator: who },
    skip: (page - 1) * VOTES,
    take: VOTES,
  });
  const { shown, counts } = await latestRevisions(votes.map(({ id }) => id));
  return votes.map(({ id, status, annotator, currentId, updatedAt }) => ({
    ...{ id, status, annotator, updatedAt },
    revisions: shown.filter(({ voteId }) => voteId === id).map((revision) => toRevision(revision, currentId)),
    revisionsTotal: counts.get(id) ?? 0,
  }));
}

/** The latest revisions of each of these votes, newest first, with the releases that have them. */
async function latestRevisions(voteIds: string[]) {
  const ranked = await db.$queryRaw<{ id: string; voteId: string; n: number }[]>`
    SELECT "id"::text, "voteId"::text, n::int FROM (
      SELECT "id", "voteId", "number", count(*) OVER (PARTITION BY "voteId") AS n,
             row_number() OVER (PARTITION BY "voteId" ORDER BY "number" DESC) AS place
      FROM "VoteRevision" WHERE "voteId" = ANY(${voteIds}::uuid[])
    ) r WHERE place <= ${REVISIONS}`;
  const ids = ranked.map(({ id }) => id);
  const [revisions, releases] = await Promise.all([
    db.voteRevision.findMany({ where: { id: { in: ids } }, orderBy: { number: "desc" }, include: { edit: true } }),
    db.$queryRaw<{ revisionId: string; number: number; n: number }[]>`
      SELECT "revisionId"::text, "number", n::int FROM (
        SELECT i."revisionId", r."number", count(*) OVER (PARTITION BY i."revisionId") AS n,
               row_number() OVER (PARTITION BY i."revisionId" ORDER BY r."number" DESC) AS place
        FROM "ReleaseItem" i JOIN "Release" r ON r."id" = i."releaseId" WHERE i."revisionId" = ANY(${ids}::uuid[])
      ) x WHERE place <= ${RELEASES} ORDER BY "number"`,
  ]);
  const shown = revisions.map((revision) => {
    const found = releases.filter(({ revisionId }) => revisionId === revision.id);
    return { ...revision, releases: found.map(({ number }) => ({ number })), releasesTotal: found[0]?.n ?? 0 };
  });
  return { shown, counts: new Map(ranked.map(({ voteId, n }) => [voteId, n])) };
}

type Read = Prisma.ComparisonGetPayload<{ include: typeof everything }>;
type Revision = Awaited<ReturnType<typeof latestRevisions>>["shown"][number];

function toRevision({ edit, ...revision }: Revision, currentId: string | null) {
  const { number, kind, side, tie, strength, leftSide, guidelineVersion, activeMs, comment, createdAt, releases, releasesTotal } = revision;
  return {
    ...{ number, kind, side, tie, strength, leftSide, guidelineVersion, activeMs, comment, createdAt, releases, releasesTotal },
    unblinded: revision.unblinded,
    current: revision.id === currentId,
    edit: edit && { text: edit.text, responseId: edit.responseId, distance: edit.distance, share: edit.distanceShare },
  };
}

/** The left side of a lease that has no vote yet follows from who holds it. Of an imported vote nobody here saw a side. */
async function toSlot({ id, ordinal, state, annotator, vote, leaseExpiresAt, leaseRenewedAt, comparisonId }: Read["slots"][number]) {
  const answer = vote?.current;
  const imported = answer?.kind === "import";
  const leftSide = answer ? answer.leftSide : annotator && (await leftSideFor(comparisonId, annotator.id));
  return { id: String(id), ordinal, state, annotator, imported, leaseExpiresAt, leaseRenewedAt, leftSide: imported ? null : leftSide };
}

/** What its writer calls A is the response that they see on the left. */
async function withLetters<T extends { comparisonId: string; annotatorId: string }>(said: T) {
  return { ...said, leftSide: await leftSideFor(said.comparisonId, said.annotatorId) };
}
