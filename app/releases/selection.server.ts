import { HAS, SAID } from "./facts";
import type { ReleaseOptions } from "./schema";

/** Collects the values of a statement and gives their places: p.add(x) is "$3". */
export class Parameters {
  readonly values: unknown[] = [];
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** Whether the alias `l` is of a comparison, of its prompt, or of one of its responses. */
export const aliasOf = (comparison: string) => `
  l."promptId" = ${comparison}."promptId" AND (
    l."comparisonId" = ${comparison}."id" OR l."responseId" IN (${comparison}."responseAId", ${comparison}."responseBId")
    OR l."comparisonId" IS NULL AND l."responseId" IS NULL)`;

/**
 * Every vote in the pools of a release, with the first reason that leaves it out, or null. One statement decides for the
 * preview, the release and its figures, so that they cannot disagree. Rules that need all votes of a comparison (majority,
 * strength) are in rowsSql.
 */
export function votesSql(options: ReleaseOptions, p: Parameters): string {
  const scope = options.pools.length ? `WHERE c."poolId" = ANY(${p.add(options.pools)}::uuid[])` : "";
  const rules = reasons(options, p).map(([reason, when]) => `WHEN ${when} THEN '${reason}'`);
  return `
    SELECT v."id" AS vote_id, v."comparisonId" AS comparison_id, v."annotatorId" AS annotator_id, r."id" AS revision_id,
      r."side", r."tie", r."strength", r."leftSide" AS left_side, r."kind" = 'import' AS imported, r."createdAt" AS answered_at,
      CASE WHEN e."distance" > 0 AND e."responseId" = CASE r."side" WHEN 0 THEN a."id" ELSE b."id" END THEN e."id" END AS edit_id,
      a."leaksIdentity" OR b."leaksIdentity" AS leaks,
      t."extended" OR a."toolCalls" IS NOT NULL OR b."toolCalls" IS NOT NULL AS extended,
      ${options.details ? hasSql : "0"} AS has,
      CASE ${rules.join("\n        ")} END AS reason
    FROM "Vote" v
      JOIN "Comparison" c ON c."id" = v."comparisonId"
      JOIN "Prompt" t ON t."id" = c."promptId"
      JOIN "Pool" o ON o."id" = c."poolId"
      JOIN "User" u ON u."id" = v."annotatorId"
      JOIN "Response" a ON a."id" = c."responseAId"
      JOIN "Response" b ON b."id" = c."responseBId"
      LEFT JOIN "VoteRevision" r ON r."id" = v."currentId"
      LEFT JOIN "Edit" e ON e."id" = r."editId"
    ${scope}`;
}

/** What a vote and its responses say beyond the texts; the rest is added to it in placedSql. */
const hasSql = `
        (r."comment" <> '')::int * ${HAS.comment} + (r."reason" <> '')::int * ${HAS.reason} +
        (r."metadata" IS NOT NULL)::int * ${HAS.voteMetadata} + (v."externalId" IS NOT NULL)::int * ${HAS.voteId} +
        (COALESCE(a."externalId", b."externalId") IS NOT NULL OR a."metadata" IS NOT NULL OR b."metadata" IS NOT NULL
          OR a."params" <> '{}' OR b."params" <> '{}')::int * ${HAS.details}`;

/** The same of a row that several votes make: what they say is one list. */
const hasOfSeveral = `CASE WHEN bit_or(has) & ${SAID} > 0 THEN bit_or(has) & ~${SAID} | ${HAS.details} ELSE bit_or(has) END`;

const hasPlaced = `
            s.has | (COALESCE(c."externalId", t."externalId") IS NOT NULL)::int * ${HAS.id}
              | (c."metadata" IS NOT NULL OR t."metadata" <> '{}')::int * ${HAS.metadata}
              | (c."externalId" IS NOT NULL AND t."externalId" IS NOT NULL OR c."metadata" IS NOT NULL AND t."metadata" <> '{}'
                OR EXISTS (SELECT FROM "Alias" l WHERE ${aliasOf("c")}))::int * ${HAS.details}`;

function reasons(options: ReleaseOptions, p: Parameters): [string, string][] {
  const rules: [string, string | false][] = [
    ["withdrawn", `v."status" = 'withdrawn' OR (r."side" IS NULL AND r."tie" IS NULL)`],
    ["extra", `v."status" = 'extra'`],
    ["archived", options.archived === "exclude" && `COALESCE(c."archivedAt", t."archivedAt", o."archivedAt") IS NOT NULL`],
    ["gold", options.golds === "exclude" && `c."goldSide" IS NOT NULL`],
    ["round", options.rounds.length > 0 && `c."round" <> ALL(${p.add(options.rounds)}::int[])`],
    ["date", days(options, p)],
    ["deactivated", options.deactivated === "exclude" && `u."deactivatedAt" IS NOT NULL`],
    ["not_blind", options.notBlind === "exclude" && `r."unblinded"`],
    ["accuracy", options.minGoldAccuracy !== undefined && `u."id" NOT IN (${accurate(p.add(options.minGoldAccuracy))})`],
    ["flagged", options.flagged === "exclude" && `c."id" IN (SELECT f."comparisonId" FROM "Flag" f WHERE f."resolvedAt" IS NULL)`],
    ["identity", options.identityLeaks === "exclude" && `(a."leaksIdentity" OR b."leaksIdentity")`],
    ["identical", `a."contentHash" = b."contentHash"`],
  ];
  return rules.filter((rule): rule is [string, string] => rule[1] !== false);
}

function days({ from, to }: ReleaseOptions, p: Parameters): string | false {
  const bounds = [
    from && `r."createdAt" < ${p.add(from)}::date::timestamp AT TIME ZONE 'UTC'`,
    to && `r."createdAt" >= (${p.add(to)}::date + 1)::timestamp AT TIME ZONE 'UTC'`,
  ].filter(Boolean);
  return bounds.length > 0 && bounds.join(" OR ");
}

/** People whose share of right answers on gold comparisons, over all pools, is at least the bound. */
const accurate = (bound: string) => `
  SELECT g."annotatorId" FROM "Vote" g
    JOIN "Comparison" k ON k."id" = g."comparisonId" AND k."goldSide" IS NOT NULL
    JOIN "VoteRevision" n ON n."id" = g."currentId"
  WHERE g."status" = 'counted' GROUP BY 1 HAVING avg((n."side" = k."goldSide")::int) >= ${bound}`;

/**
 * Rows of a release, made of the kept votes in `source`, with the first reason that leaves a row out, or null. A row has a
 * side, or a tie: neither response is better.
 * majority: of both sides and "neither", the answer with more votes than each other wins, whatever the strengths; when
 * there is none, there is no majority. "Neither" is a tie, unless more of its votes say that both are bad. The strength
 * is the median of the winning side's stated ones, the weaker of the two middle ones when their number is even; the edit
 * is the winning side's, from its strongest vote, the newest of those.
 * votes: each vote is a row with its own strength and edit.
 * In both, `votes` counts the comparison's kept votes and `agreement` is the share of them that give the row's answer.
 */
export function rowsSql(options: ReleaseOptions, source: string, p: Parameters): string {
  const rows = options.aggregation === "majority" ? majoritySql(source) : perVoteSql(source);
  const rules = [
    `WHEN side IS NULL AND tie IS NULL THEN 'no_majority'`,
    options.unstated === "exclude" && `WHEN side IS NOT NULL AND strength IS NULL THEN 'unstated'`,
    options.strengths.length > 0 && `WHEN strength <> ALL(${p.add(options.strengths)}::"Strength"[]) THEN 'strength'`,
  ].filter(Boolean);
  return `SELECT *, CASE ${rules.join(" ")} END AS reason FROM (${rows}) AS made`;
}

function majoritySql(source: string): string {
  const of = (side: 0 | 1) => `
      count(*) FILTER (WHERE side = ${side}) AS votes_${side},
      percentile_disc(0.5) WITHIN GROUP (ORDER BY strength DESC) FILTER (WHERE side = ${side}) AS strength_${side},
      (array_agg(edit_id ORDER BY strength, answered_at DESC, vote_id) FILTER (WHERE side = ${side} AND edit_id IS NOT NULL))[1] AS edit_${side}`;
  const wins = (side: 0 | 1) => `votes_${side} > GREATEST(votes_${1 - side}, ties)`;
  const pick = (name: string) => `CASE WHEN ${wins(0)} THEN ${name}_0 WHEN ${wins(1)} THEN ${name}_1 END`;
  return `
    SELECT comparison_id AS row_id, comparison_id, CASE WHEN ${wins(0)} THEN 0 WHEN ${wins(1)} THEN 1 END AS side,
      CASE WHEN ties > GREATEST(votes_0, votes_1) THEN CASE WHEN both_bad > ties - both_bad THEN 'both_bad' ELSE 'tie' END END::"Tie" AS tie,
      ${pick("strength")} AS strength, ${pick("edit")} AS edit_id, votes_0 + votes_1 + ties AS votes,
      GREATEST(votes_0, votes_1, ties)::float8 / (votes_0 + votes_1 + ties) AS agreement, NULL::uuid AS annotator_id, NULL::int AS left_side, NULL::boolean AS imported,
        leaks, extended, has
    FROM (
      SELECT comparison_id, bool_or(leaks) AS leaks, bool_or(extended) AS extended, ${hasOfSeveral} AS has, count(tie) AS ties, count(*) FILTER (WHERE tie = 'both_bad') AS both_bad, ${of(0)}, ${of(1)}
      FROM ${source} AS kept GROUP BY comparison_id) AS counted`;
}

const perVoteSql = (source: string) => `
    SELECT vote_id AS row_id, comparison_id, side, tie, strength, edit_id, count(*) OVER each AS votes,
      count(*) OVER (PARTITION BY comparison_id, side)::float8 / count(*) OVER each AS agreement, annotator_id, left_side, imported, leaks, extended, has
    FROM ${source} AS kept WINDOW each AS (PARTITION BY comparison_id)`;

/**
 * The text that decides a prompt's split: its first user turn without case, spaces and punctuation. All turns of a
 * dialogue, the same prompt in two pools or under two system prompts, and near-copies of it, share it and so their split.
 * The rule names its characters one by one and folds ASCII only, so that every server gives the same answer. NFKC leaves
 * ASCII, which has as many bytes as characters, as it is; asking it costs more than all the rest.
 */
const normal = `CASE WHEN octet_length(first_turn) = char_length(first_turn) THEN first_turn ELSE normalize(first_turn, NFKC) END`;
const splitText = `
  COALESCE(
    NULLIF(regexp_replace(lower((${normal}) COLLATE "C"), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00a0]+', '', 'g'), ''),
    first_turn)`;

const firstTurn = `COALESCE(jsonb_path_query_first(t."messages", '$[*] ? (@.role == "user")') ->> 'content', t."excerpt")`;

/** Keeps the planner from working a subquery's columns out again wherever they are used, without storing them. */
const ONCE = "OFFSET 0";

/**
 * The rows that stand, in `source` (of rowsSql), with everything that decides their file and place: split_key, split.
 * Of a tie, A stands in the place of the chosen response and B in that of the rejected one.
 * A share s of the prompts has the first 52 bits of SHA-256(seed, text) below s · 2^52.
 */
export function placedSql(options: ReleaseOptions, source: string, p: Parameters): string {
  const [seed, test, held] = [p.add(String(options.seed)), p.add(options.test), p.add(options.test + options.validation)];
  const kept = `row_id, comparison_id, side, tie, strength, edit_id, votes, agreement, annotator_id, left_side, imported, leaks, extended, has,
      pool_id, round, prompt_id, prompt_hash, turns, chosen_id, rejected_id`;
  return `
    SELECT *, CASE WHEN coin < ${test}::float8 THEN 'test' WHEN coin < ${held}::float8 THEN 'validation' ELSE 'train' END AS split
    FROM (
      SELECT *, ('x' || substr(encode(split_key, 'hex'), 1, 13))::bit(52)::bigint::float8 / 4503599627370496 AS coin
      FROM (
        SELECT ${kept}, sha256(convert_to(${seed}::text || E'\\n' || ${splitText}, 'UTF8')) AS split_key
        FROM (
          SELECT s.row_id, s.comparison_id, s.side, s.tie, s.strength, s.edit_id, s.votes, s.agreement, s.annotator_id, s.left_side, s.imported, s.leaks, s.extended,
            ${options.details ? hasPlaced : "0"} AS has, c."poolId" AS pool_id, c."round", t."id" AS prompt_id, t."contentHash" AS prompt_hash, t."turns", ${firstTurn} AS first_turn,
            CASE s.side WHEN 1 THEN c."responseBId" ELSE c."responseAId" END AS chosen_id,
            CASE s.side WHEN 1 THEN c."responseAId" ELSE c."responseBId" END AS rejected_id
          FROM ${source} AS s
            JOIN "Comparison" c ON c."id" = s.comparison_id
            JOIN "Prompt" t ON t."id" = c."promptId"
          WHERE s.reason IS NULL ${ONCE}
        ) AS joined ${ONCE}
      ) AS keyed ${ONCE}
    ) AS tossed`;
}
