import { pool } from "../database/client.server";
import { fresh } from "../fresh.server";

/** An annotator in figures. Votes that were withdrawn do not count; extra ones do, since they were work all the same. */
export type AnnotatorFigures = {
  votes: number;
  /** Milliseconds of active time that half of the votes took less than; null when no vote has one. */
  medianMs: number | null;
  /** Votes for the response on the left, of those given here: of an imported one nobody saw the sides. */
  left: { chosen: number; of: number };
  /** Gold comparisons answered with the right side. */
  gold: { right: number; of: number };
  edited: number;
  skips: number;
  flags: number;
  lastVoteAt: Date | null;
};

export const NO_FIGURES: AnnotatorFigures = {
  votes: 0,
  medianMs: null,
  left: { chosen: 0, of: 0 },
  gold: { right: 0, of: 0 },
  edited: 0,
  skips: 0,
  flags: 0,
  lastVoteAt: null,
};

type Days = 0 | 7 | 30;

/** People whose figures are kept, those with the most first. No team is larger, but imports may name any number. */
const MOST_KEPT = 20_000;

/** The figures of who did something in the last `days` days (0: ever), by id, to sort by. At most a minute old on large databases. */
export const allFigures = (days: Days): Promise<Map<string, AnnotatorFigures>> =>
  fresh(`annotator figures ${days}`, 60, () => compute(days, null));

/** The figures of these people. */
export async function annotatorFigures(days: Days, ids: string[]): Promise<(userId: string) => AnnotatorFigures> {
  const figures = await compute(days, ids);
  return (userId) => figures.get(userId) ?? NO_FIGURES;
}

type VoteRow = { id: string; votes: string; median: number | null; known: string; left: string; edited: string; last: Date };
type GoldRow = { id: string; right: string; of: string };
type CountRow = { id: string; n: string };

async function compute(days: Days, ids: string[] | null): Promise<Map<string, AnnotatorFigures>> {
  const values = [days > 0 ? new Date(Date.now() - days * 86_400_000) : new Date(0), ids, MOST_KEPT];
  const [votes, golds, skips, flags] = await Promise.all([
    pool.query<VoteRow>(
      `SELECT v."annotatorId" AS id, count(*) AS votes, percentile_disc(0.5) WITHIN GROUP (ORDER BY r."activeMs") AS median,
              count(r."leftSide") FILTER (WHERE r."side" IS NOT NULL AND r."kind" <> 'import') AS known,
              count(*) FILTER (WHERE r."side" = r."leftSide" AND r."kind" <> 'import') AS "left", count(r."editId") AS edited,
              max(r."createdAt") AS last
       FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId"
       WHERE v."status" <> 'withdrawn' AND (r."side" IS NOT NULL OR r."tie" IS NOT NULL) AND r."createdAt" >= $1
         AND ($2::uuid[] IS NULL OR v."annotatorId" = ANY($2)) GROUP BY 1 ORDER BY count(*) DESC LIMIT $3`,
      values,
    ),
    pool.query<GoldRow>(
      `SELECT v."annotatorId" AS id, count(*) FILTER (WHERE r."side" = c."goldSide") AS "right", count(*) AS of
       FROM "Comparison" c JOIN "Vote" v ON v."comparisonId" = c."id" JOIN "VoteRevision" r ON r."id" = v."currentId"
       WHERE c."goldSide" IS NOT NULL AND v."status" <> 'withdrawn' AND r."side" IS NOT NULL AND r."createdAt" >= $1
         AND ($2::uuid[] IS NULL OR v."annotatorId" = ANY($2)) GROUP BY 1 ORDER BY count(*) DESC LIMIT $3`,
      values,
    ),
    pool.query<CountRow>(countsOf("Skip"), values),
    pool.query<CountRow>(countsOf("Flag"), values),
  ]);
  const figures = new Map<string, AnnotatorFigures>();
  const of = (id: string) => {
    const made = figures.get(id) ?? { ...NO_FIGURES };
    figures.set(id, made);
    return made;
  };
  for (const { id, median, known, left, last, ...row } of votes.rows)
    Object.assign(of(id), {
      votes: Number(row.votes),
      medianMs: median,
      left: { chosen: Number(left), of: Number(known) },
      edited: Number(row.edited),
      lastVoteAt: last,
    });
  for (const row of golds.rows) of(row.id).gold = { right: Number(row.right), of: Number(row.of) };
  for (const { id, n } of skips.rows) of(id).skips = Number(n);
  for (const { id, n } of flags.rows) of(id).flags = Number(n);
  return figures;
}

const countsOf = (table: "Skip" | "Flag") =>
  `SELECT "annotatorId" AS id, count(*) AS n FROM "${table}"
   WHERE "createdAt" >= $1 AND ($2::uuid[] IS NULL OR "annotatorId" = ANY($2)) GROUP BY 1 ORDER BY 2 DESC LIMIT $3`;
