import path from "node:path";
import { db, pool } from "../database/client.server";
import { notFound, UserError } from "../errors";
import type { Strength } from "../votes/strength";
import type { Manifest } from "./manifest";
import type { LeftOut, ReleaseList, ReleaseOptions, Split } from "./schema";
import { Parameters, placedSql, rowsSql, votesSql } from "./selection.server";
import { releaseFolder } from "./work.server";
import { emptySplits } from "./splits";

/** A page of releases, newest first unless asked otherwise. */
export async function listReleases({ page, perPage, sort, dir, archived, pool: poolId }: ReleaseList) {
  const where = {
    archivedAt: archived === "yes" ? { not: null } : null,
    ...(poolId ? { options: { path: ["pools"], array_contains: [poolId] } } : {}),
  };
  const [rows, rowCount] = await Promise.all([
    db.release.findMany({
      where,
      orderBy: [{ [sort]: dir }, { id: dir }],
      skip: (page - 1) * perPage,
      take: perPage,
      select: { ...SHOWN, createdBy: { select: { name: true } } },
    }),
    db.release.count({ where }),
  ]);
  return { rows, rowCount };
}

const SHOWN = {
  ...{ number: true, name: true, status: true, rowsTotal: true, rowsDone: true, contentHash: true, error: true },
  ...{ createdAt: true, startedAt: true, finishedAt: true, archivedAt: true, cancelRequestedAt: true },
} as const;

/** Jobs and pools that the page of a release names. */
const JOBS = 50;
const POOLS = 50;

/** One release with its options, its manifest once it is done, and what was trained on it. */
export async function getRelease(number: number) {
  const release = await db.release.findUnique({
    where: { number },
    select: {
      ...{ ...SHOWN, id: true, options: true, manifest: true },
      createdBy: { select: { name: true } },
      jobs: {
        orderBy: { number: "desc" },
        take: JOBS,
        select: { id: true, number: true, name: true, type: true, status: true, made: { select: { id: true, name: true } } },
      },
      _count: { select: { jobs: true } },
    },
  });
  if (!release) throw notFound(`Release ${number}`);
  const options = release.options as ReleaseOptions;
  const pools = await db.pool.findMany({
    where: { id: { in: options.pools } },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
    take: POOLS,
  });
  const { _count, ...rest } = release;
  const totals = { jobs: _count.jobs, pools: options.pools.length };
  return { ...rest, options, pools, totals, manifest: release.manifest as Manifest | null };
}

/** The folder of a finished release, and the paths in it that may be read. */
export async function releaseFiles(number: number): Promise<{ name: string; folder: string; paths: string[] }> {
  const release = await db.release.findUnique({ where: { number }, select: { name: true, status: true, manifest: true } });
  if (!release) throw notFound(`Release ${number}`);
  if (release.status !== "done") throw new UserError(`Release ${number} is ${release.status}, so it has no files.`, 409);
  const { files } = release.manifest as Manifest;
  return { name: release.name, folder: releaseFolder(number), paths: [...files.map((file) => file.path), "manifest.json"] };
}

/** The place of one file of a release on this machine. Only what the manifest lists can be asked for. */
export async function releaseFile(number: number, name: string): Promise<string> {
  const { folder, paths } = await releaseFiles(number);
  if (!paths.includes(name)) throw notFound(`The file ${name} of release ${number}`);
  return path.join(folder, name);
}

/** What the new-release form offers: pools, and the latest 100 rounds. */
export async function releaseChoices() {
  const [pools, rounds] = await Promise.all([
    db.pool.findMany({ select: { id: true, name: true, archivedAt: true }, orderBy: { name: "asc" }, take: 500 }),
    pool.query<{ round: number }>(LATEST_ROUNDS),
  ]);
  return { pools, rounds: rounds.rows.map((row) => row.round).reverse() };
}

/** Hops along the index from the newest round down, so that it costs the same on a large pool. */
const LATEST_ROUNDS = `
  WITH RECURSIVE rounds(round, n) AS (
    (SELECT "round", 1 FROM "Comparison" ORDER BY "round" DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT c."round" FROM "Comparison" c WHERE c."round" < rounds.round ORDER BY c."round" DESC LIMIT 1), n + 1
    FROM rounds WHERE rounds.round IS NOT NULL AND n < 100)
  SELECT round FROM rounds WHERE round IS NOT NULL`;

export type Preview = {
  votes: number;
  leftOutVotes: Partial<Record<LeftOut, number>>;
  leftOutRows: Partial<Record<LeftOut, number>>;
  rows: number;
  /** Rows on which neither response is better, beside those. */
  ties: number;
  prompts: number;
  edited: number;
  splits: Partial<Record<Split, number>>;
  /** Splits that were asked for and have no row, in words. */
  emptySplits: string | null;
  strengths: Partial<Record<Strength | "unstated", number>>;
};

const PATIENCE_MS = 10_000;

/** What a release with these options would hold now. Runs the release's own choice of votes, without reading texts. */
export async function previewRelease(options: ReleaseOptions): Promise<Preview> {
  const p = new Parameters();
  const text = `
    WITH votes AS MATERIALIZED (${votesSql(options, p)}),
    made AS MATERIALIZED (${rowsSql(options, "(SELECT * FROM votes WHERE reason IS NULL)", p)}),
    every AS MATERIALIZED (${placedSql(options, "made", p)}),
    placed AS (SELECT * FROM every WHERE tie IS NULL)
    SELECT (SELECT count(*)::int FROM votes) AS votes, (SELECT count(*)::int FROM placed) AS rows, (SELECT count(tie)::int FROM every) AS ties,
      (SELECT count(DISTINCT prompt_hash)::int FROM placed) AS prompts, (SELECT count(edit_id)::int FROM placed) AS edited,
      ${tally("votes", "reason", "reason IS NOT NULL")} AS "leftOutVotes", ${tally("made", "reason", "reason IS NOT NULL")} AS "leftOutRows",
      ${tally("placed", "split")} AS splits, ${tally("placed", "COALESCE(strength::text, 'unstated')")} AS strengths`;
  const client = await pool.connect();
  try {
    await client.query("BEGIN READ ONLY");
    await client.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
    const { rows } = await client.query<Omit<Preview, "emptySplits">>(text, p.values);
    if (!rows[0]) throw new Error("a query without FROM gives one row");
    return { ...rows[0], emptySplits: emptySplits(options, rows[0].splits, rows[0].prompts) };
  } catch (error) {
    if ((error as { code?: string }).code === "57014")
      throw new UserError(
        "Counting takes too long for a preview. The release itself is made in the background and can still be started.",
        503,
      );
    throw error;
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

const tally = (from: string, key: string, where = "true") =>
  `(SELECT COALESCE(json_object_agg(k, n), '{}') FROM (SELECT ${key} AS k, count(*)::int AS n FROM ${from} WHERE ${where} GROUP BY 1) AS t)`;
