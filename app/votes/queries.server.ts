import type { Draft, Message, PairPool, Place } from "../annotate/schema";
import { leftSideFor } from "../assignment/secret.server";
import { db } from "../database/client.server";
import { toDraft } from "../drafts/draft";
import { notFound } from "../errors";
import type { Prisma, RevisionKind, VoteStatus } from "../generated/prisma/client";
import { answerContext, placeOf } from "./context.server";
import type { Strength, Tie } from "./strength";

/** A line of an annotator's own history. */
export type HistoryItem = {
  voteId: string;
  comparisonId: string;
  poolName: string;
  language: string;
  excerpt: string;
  status: VoteStatus;
  /** Null when the answer was undone. */
  answer: { place: Place | null; tie: Tie | null; strength: Strength | null; edited: boolean; comment: string; imported: boolean } | null;
  revisions: number;
  createdAt: Date;
  updatedAt: Date;
};

export type HistoryPage = { items: HistoryItem[]; nextCursor: string | null };

const summary = {
  current: true,
  comparison: { select: { pool: { select: { name: true, language: true } }, prompt: { select: { excerpt: true } } } },
  _count: { select: { revisions: true } },
} satisfies Prisma.VoteInclude;

/**
 * An annotator's own answers, last changed first. `cursor` is the nextCursor of the page before; the cost of a page does
 * not grow with how far back it is.
 */
export async function myVotes(
  annotatorId: string,
  { cursor, limit = 30 }: { cursor?: string | undefined; limit?: number } = {},
): Promise<HistoryPage> {
  const after = cursor ? parseCursor(cursor) : null;
  const before = after && { OR: [{ updatedAt: { lt: after.updatedAt } }, { updatedAt: after.updatedAt, id: { lt: after.id } }] };
  const rows = await db.vote.findMany({
    where: { annotatorId, ...(before && { AND: [{ updatedAt: { lte: after.updatedAt } }, before] }) },
    orderBy: [{ updatedAt: "desc" }, { id: "desc" }],
    take: limit + 1,
    include: summary,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = rows.length > limit && last ? `${last.updatedAt.toISOString()}_${last.id}` : null;
  return { items: await Promise.all(page.map((row) => toItem(row, annotatorId))), nextCursor };
}

function parseCursor(cursor: string): { updatedAt: Date; id: string } | null {
  const [, time = "", id = ""] = /^([^_]+)_([0-9a-f-]{36})$/.exec(cursor) ?? [];
  const updatedAt = new Date(time);
  return Number.isNaN(updatedAt.getTime()) ? null : { updatedAt, id };
}

async function toItem(row: Prisma.VoteGetPayload<{ include: typeof summary }>, annotatorId: string): Promise<HistoryItem> {
  const { current } = row;
  // As the pair's page shows it, also where a file says that another side was on the left.
  const leftSide = await leftSideFor(row.comparisonId, annotatorId);
  return {
    voteId: row.id,
    comparisonId: row.comparisonId,
    poolName: row.comparison.pool.name,
    language: row.comparison.pool.language,
    excerpt: row.comparison.prompt.excerpt,
    status: row.status,
    answer: current && {
      ...{ place: placeOf(current.side, leftSide), tie: current.tie, strength: current.strength, comment: current.comment },
      ...{ edited: current.editId !== null, imported: current.kind === "import" },
    },
    revisions: row._count.revisions,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export type RevisionView = {
  number: number;
  kind: RevisionKind;
  /** An undo has neither a place nor a tie. */
  place: Place | null;
  tie: Tie | null;
  strength: Strength | null;
  editText: string | null;
  distance: number | null;
  comment: string;
  createdAt: Date;
};

/** One answer with its pair, as its annotator saw it, and what was answered, the latest last. */
export type VoteView = {
  voteId: string;
  comparisonId: string;
  status: VoteStatus;
  /** The number to send with a regrade; null when the answer was undone. */
  revision: number | null;
  pool: PairPool;
  messages: Message[];
  left: { text: string };
  right: { text: string };
  /** Work on a change to the answer that was not saved as one. */
  draft: Draft | null;
  revisions: RevisionView[];
};

/** The latest that a page shows of one that was changed again and again. */
const REVISIONS = 50;

/** Throws 404 unless the vote is this annotator's own. */
export async function myVote(annotatorId: string, voteId: string): Promise<VoteView> {
  const vote = await db.vote.findFirst({
    where: { id: voteId, annotatorId },
    include: {
      current: { select: { number: true } },
      comparison: { select: { prompt: { select: { messages: true } }, pool: true } },
    },
  });
  if (!vote) throw notFound("This answer");
  const key = { comparisonId_annotatorId: { comparisonId: vote.comparisonId, annotatorId } };
  const [{ leftSide, responses, latestGuideline }, draft, revisions] = await Promise.all([
    answerContext(vote.comparisonId, annotatorId),
    vote.current && db.draft.findUnique({ where: key }),
    db.voteRevision.findMany({ where: { voteId }, orderBy: { number: "desc" }, take: REVISIONS, include: { edit: true } }),
  ]);
  const { id, name, editPolicy, capability, language } = vote.comparison.pool;
  return {
    voteId: vote.id,
    comparisonId: vote.comparisonId,
    status: vote.status,
    revision: vote.current?.number ?? null,
    pool: { id, name, editPolicy, capability, language, guidelineVersion: latestGuideline },
    messages: vote.comparison.prompt.messages as Message[],
    left: { text: responses[leftSide].text },
    right: { text: responses[leftSide === 0 ? 1 : 0].text },
    draft: draft && toDraft(draft),
    revisions: revisions.reverse().map((revision) => ({
      number: revision.number,
      kind: revision.kind,
      place: placeOf(revision.side, leftSide),
      tie: revision.tie,
      strength: revision.strength,
      editText: revision.edit?.text ?? null,
      distance: revision.edit?.distance ?? null,
      comment: revision.comment,
      createdAt: revision.createdAt,
    })),
  };
}

export type SkippedItem = {
  comparisonId: string;
  poolName: string;
  language: string;
  excerpt: string;
  reason: string;
  comment: string;
  createdAt: Date;
};

/** The annotator's latest skips, each of which can be undone. */
export async function mySkips(annotatorId: string, limit = 50): Promise<SkippedItem[]> {
  const rows = await db.skip.findMany({
    where: { annotatorId },
    orderBy: { createdAt: "desc" },
    take: limit,
    include: { comparison: { select: { pool: { select: { name: true, language: true } }, prompt: { select: { excerpt: true } } } } },
  });
  return rows.map(({ comparisonId, reason, comment, createdAt, comparison }) => ({
    comparisonId,
    poolName: comparison.pool.name,
    language: comparison.pool.language,
    excerpt: comparison.prompt.excerpt,
    reason,
    comment,
    createdAt,
  }));
}
