import type { ClientBase } from "pg";
import { type Agreement, agreementOf } from "../quality/agreement";
import { type Tally, answersOf, tallySql } from "../quality/tally.server";
import type { Strength } from "../votes/strength";
import { HAS, SAID } from "./facts";
import type { LeftOut, ReleaseOptions, Split } from "./schema";
import { Parameters, placedSql, rowsSql, votesSql } from "./selection.server";

const VOTES = `CREATE TEMP TABLE release_votes (
  vote_id uuid, comparison_id uuid, annotator_id uuid, revision_id uuid, side int, tie "Tie", strength "Strength", left_side int, imported boolean,
  answered_at timestamptz, edit_id uuid, leaks boolean, extended boolean, has int, reason text)`;
const MADE = `CREATE TEMP TABLE release_made (
  row_id uuid, comparison_id uuid, side int, tie "Tie", strength "Strength", edit_id uuid, votes bigint, agreement float8,
  annotator_id uuid, left_side int, imported boolean, leaks boolean, extended boolean, has int, reason text)`;
const ROWS = `CREATE TEMP TABLE release_rows (
  position bigint, row_id uuid, comparison_id uuid, split text, side int, tie "Tie", strength "Strength", edit_id uuid, votes bigint,
  agreement float8, annotator_id uuid, left_side int, imported boolean, pool_id uuid, round int, prompt_id uuid, prompt_hash text, split_key bytea,
  turns int, leaks boolean, extended boolean, has int, chosen_id uuid, rejected_id uuid)`;
const TIES = `CREATE TEMP TABLE release_ties (LIKE release_rows)`;

/** Of the database server, per sort or join of this transaction: enough to keep some 100,000 rows out of its temporary files. */
const WORK_MEMORY = "32MB";

/**
 * Chooses the votes and makes the rows, into temporary tables of this connection that outlive the transaction; texts stay
 * where they are. Rows are ordered by split and id, except that of each split the first row with an edit, the first
 * with a strength and so on come first: a JSON reader that infers its columns from the first lines then knows them all. Ties are
 * rows of their own, in release_ties.
 */
export async function stageRows(client: ClientBase, options: ReleaseOptions): Promise<void> {
  await client.query(`SET LOCAL work_mem = '${WORK_MEMORY}'`);
  for (const table of [VOTES, MADE, ROWS, TIES]) await client.query(table);
  const votes = new Parameters();
  await client.query(
    `INSERT INTO release_votes SELECT vote_id, comparison_id, annotator_id, revision_id, "side", "tie", "strength", left_side, imported, answered_at,
      edit_id, leaks, extended, has, reason FROM (${votesSql(options, votes)}) AS candidates`,
    votes.values,
  );
  await client.query("ANALYZE release_votes (comparison_id, reason)");
  if (options.details) await client.query(`CREATE INDEX ON release_votes (comparison_id) WHERE ${says("release_votes")}`);
  const made = new Parameters();
  await client.query(
    `INSERT INTO release_made SELECT row_id, comparison_id, side, tie, strength, edit_id, votes, agreement, annotator_id, left_side, imported, leaks, extended, has,
       reason
     FROM (${rowsSql(options, "(SELECT * FROM release_votes WHERE reason IS NULL)", made)}) AS rows`,
    made.values,
  );
  await client.query("ANALYZE release_made (comparison_id, reason)");
  const placed = new Parameters();
  await client.query(orderedSql(placedSql(options, "release_made", placed)), placed.values);
  await client.query("CREATE INDEX ON release_rows (position)");
  await client.query("ANALYZE release_rows (comparison_id, split_key)");
}

const PLACED = `row_id, comparison_id, split, side, tie, strength, edit_id, votes,
    agreement, annotator_id, left_side, imported, pool_id, round, prompt_id, prompt_hash, split_key, turns, leaks, extended, has, chosen_id, rejected_id`;

/** Votes of the release that say something beyond their answer. */
export const says = (vote: string) => `${vote}.reason IS NULL AND ${vote}.has & ${SAID} > 0`;

/** What not every row has, and a reader should meet at once. */
const LEADS = ["edit_id IS NOT NULL", "strength IS NOT NULL", "extended", ...Object.values(HAS).map((bit) => `has & ${bit} > 0`)];

const orderedSql = (placed: string) => `
  WITH placed AS MATERIALIZED (${placed}),
  leads AS (
    SELECT id::uuid AS row_id FROM (
      SELECT unnest(ARRAY[${LEADS.map((has) => `min(row_id::text) FILTER (WHERE ${has})`).join(", ")}]) AS id
      FROM placed WHERE tie IS NULL GROUP BY split
    ) AS first WHERE id IS NOT NULL
  ),
  ties AS (INSERT INTO release_ties SELECT row_number() OVER (ORDER BY row_id), ${PLACED} FROM placed WHERE tie IS NOT NULL)
  INSERT INTO release_rows SELECT row_number() OVER place, ${PLACED} FROM placed WHERE tie IS NULL
  WINDOW place AS (
    ORDER BY CASE split WHEN 'train' THEN 0 WHEN 'validation' THEN 1 ELSE 2 END, row_id IN (SELECT row_id FROM leads) DESC, row_id)`;

/** What was staged, counted; the parts that the database knows without reading a text. */
export type StageFigures = {
  rows: number;
  /** Rows on which neither response is better; they are in none of the other figures. */
  ties: number;
  /** Rows with tools, tool calls, names, or turns of a tool or developer. */
  extended: number;
  candidates: number;
  leftOut: Partial<Record<LeftOut, number>>;
  leftOutRows: Partial<Record<LeftOut, number>>;
  comparisons: number;
  votes: number;
  annotators: number;
  prompts: number;
  edited: number;
  identityLeaks: number;
  /** Prompts that share the text that decides their split with another prompt of the release. */
  nearDuplicatePrompts: number;
  /** Over all votes that the options let in, also those that no row came of: a majority leaves out just those that do not agree. */
  agreement: Agreement;
  /** Of the same votes, those for a side that were given here, where the left side was seen; and how many of them prefer it. */
  sidedVotes: number;
  leftVotes: number;
  groups: { split: Split; pool: string; round: number; strength: Strength | null; rows: number; edited: number; turns: number }[];
};

export async function stageFigures(client: ClientBase): Promise<StageFigures> {
  const [figures, [counts], tallies, votes, made, groups] = [
    await client.query<Record<string, string>>(FIGURES),
    (await client.query<Pick<StageFigures, "ties" | "extended">>(COUNTS)).rows,
    await client.query<Tally>(tallySql(`SELECT comparison_id, side, tie, strength FROM release_votes WHERE reason IS NULL`)),
    await client.query<{ reason: LeftOut | null; count: number }>(`SELECT reason, count(*)::int FROM release_votes GROUP BY 1`),
    await client.query<{ reason: LeftOut; count: number }>(
      `SELECT reason, count(*)::int FROM release_made WHERE reason IS NOT NULL GROUP BY 1`,
    ),
    await client.query<StageFigures["groups"][number]>(GROUPS),
  ];
  const numbers = Object.fromEntries(Object.entries(figures.rows[0] ?? {}).map(([key, value]) => [key, Number(value)]));
  return {
    ...(numbers as Omit<StageFigures, "ties" | "extended" | "agreement" | "candidates" | "leftOut" | "leftOutRows" | "groups">),
    ...{ ties: counts?.ties ?? 0, extended: counts?.extended ?? 0 },
    agreement: agreementOf(tallies.rows.map(answersOf)),
    candidates: votes.rows.reduce((sum, row) => sum + row.count, 0),
    leftOut: Object.fromEntries(votes.rows.filter((row) => row.reason).map((row) => [row.reason, row.count])),
    leftOutRows: Object.fromEntries(made.rows.map((row) => [row.reason, row.count])),
    groups: groups.rows,
  };
}

const behind = (rows: string) => `
  SELECT v.* FROM release_votes v JOIN ${rows} s ON s.comparison_id = v.comparison_id AND s.row_id IN (v.vote_id, v.comparison_id)
  WHERE v.reason IS NULL`;

/** Votes that stand behind the rows: with one row per vote the vote itself, else all kept votes of the comparison. */
const BEHIND = behind("release_rows");
/** The same, with those behind ties. */
export const BEHIND_ALL = `${BEHIND} UNION ALL ${behind("release_ties")}`;

const COUNTS = `
  SELECT (SELECT count(*)::int FROM release_ties) AS ties, (SELECT count(*)::int FROM release_rows WHERE extended) AS extended`;

const FIGURES = `
  WITH behind AS (${BEHIND}),
  sided AS (SELECT left_side = side AS is_left FROM release_votes WHERE reason IS NULL AND NOT imported AND side IS NOT NULL AND left_side IS NOT NULL),
  keys AS (SELECT split_key, count(DISTINCT prompt_hash) AS prompts FROM release_rows GROUP BY 1)
  SELECT (SELECT count(*) FROM release_rows) AS rows, (SELECT count(DISTINCT comparison_id) FROM behind) AS comparisons, (SELECT count(*) FROM behind) AS votes,
    (SELECT count(DISTINCT annotator_id) FROM behind) AS annotators, (SELECT sum(prompts) FROM keys) AS prompts,
    (SELECT count(edit_id) FROM release_rows) AS edited, (SELECT count(*) FROM release_rows WHERE leaks) AS "identityLeaks",
    (SELECT COALESCE(sum(prompts), 0) FROM keys WHERE prompts > 1) AS "nearDuplicatePrompts",
    (SELECT count(*) FROM sided) AS "sidedVotes", (SELECT count(*) FROM sided WHERE is_left) AS "leftVotes"`;

const GROUPS = `
  SELECT s.split, o."name" AS pool, s.round, s.strength, count(*)::int AS rows, count(s.edit_id)::int AS edited, sum(s.turns)::int AS turns
  FROM release_rows s JOIN "Pool" o ON o."id" = s.pool_id GROUP BY 1, 2, 3, 4
  ORDER BY CASE s.split WHEN 'train' THEN 0 WHEN 'validation' THEN 1 ELSE 2 END, o."name" COLLATE "C", s.round, s.strength`;
