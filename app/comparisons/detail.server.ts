import { leftSideFor } from "../assignment/secret.server";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import type { Prisma } from "../generated/prisma/client";
import { messages } from "../prompts/schema";

const who = { select: { id: true, name: true } } as const;
const released = { release: { select: { number: true } } } as const;

const everything = {
  pool: { select: { id: true, name: true } },
  prompt: { select: { id: true, externalId: true, messages: true, metadata: true, excerpt: true } },
  responseA: true,
  responseB: true,
  slots: { orderBy: { ordinal: "asc" }, include: { annotator: who } },
  votes: {
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    include: {
      annotator: who,
      revisions: { orderBy: { number: "desc" }, include: { edit: true, releaseItems: { include: released } } },
    },
  },
  drafts: { include: { annotator: who } },
  skips: { orderBy: { createdAt: "asc" }, include: { annotator: who } },
  flags: { orderBy: { createdAt: "asc" }, include: { annotator: who } },
} satisfies Prisma.ComparisonInclude;

/** One comparison with all that happened to it. What an annotator is writing at this moment is not part of it. */
export async function getComparison(id: string) {
  const found = await db.comparison.findUnique({ where: { id }, include: everything });
  if (!found) throw notFound("This comparison");
  const { votes, slots, drafts, responseA, responseB, prompt, ...comparison } = found;
  return {
    ...comparison,
    prompt: { ...prompt, conversation: messages.parse(prompt.messages) },
    responses: [responseA, responseB].map(({ seed, ...response }) => ({ ...response, seed: seed?.toString() ?? null })),
    votes: votes.map(toVote),
    slots: await Promise.all(slots.map(toSlot)),
    drafts: drafts.map(({ annotator, updatedAt, version }) => ({ annotator, updatedAt, version })),
  };
}
export type ComparisonDetail = Awaited<ReturnType<typeof getComparison>>;
export type VoteDetail = ComparisonDetail["votes"][number];
export type RevisionDetail = VoteDetail["revisions"][number];

type Read = Prisma.ComparisonGetPayload<{ include: typeof everything }>;

function toVote({ id, status, annotator, currentId, updatedAt, revisions }: Read["votes"][number]) {
  return { id, status, annotator, updatedAt, revisions: revisions.map((revision) => toRevision(revision, currentId)) };
}

function toRevision({ releaseItems, edit, ...revision }: Read["votes"][number]["revisions"][number], currentId: string | null) {
  const { number, kind, side, strength, leftSide, guidelineVersion, activeMs, comment, createdAt } = revision;
  return {
    ...{ number, kind, side, strength, leftSide, guidelineVersion, activeMs, comment, createdAt },
    current: revision.id === currentId,
    edit: edit && { text: edit.text, responseId: edit.responseId, distance: edit.distance, share: edit.distanceShare },
    releases: releaseItems.map(({ release }) => release),
  };
}

/** The left side of a lease that has no vote yet follows from who holds it. */
async function toSlot({ id, ordinal, state, annotator, leaseExpiresAt, leaseRenewedAt, comparisonId }: Read["slots"][number]) {
  const leftSide = annotator ? await leftSideFor(comparisonId, annotator.id) : null;
  return { id: String(id), ordinal, state, annotator, leaseExpiresAt, leaseRenewedAt, leftSide };
}
