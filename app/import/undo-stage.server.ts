import type { ClientBase } from "pg";

/** What undoing an import takes away, and what stays because something else hangs on it. */
export type UndoCounts = {
  removed: { prompts: number; responses: number; comparisons: number; votes: number };
  /** Added by the import, and used by another one since. */
  kept: { prompts: number; responses: number; comparisons: number };
  /** Of people, on the comparisons that go: pairs that somebody has on screen, work that is not submitted, skips and flags. */
  dropped: { leases: number; drafts: number; skips: number; flags: number };
};

/** Why an import cannot be undone. */
export type Obstacles = {
  /** Rows that say which import added them; fewer than it counts when an older version did not record it. */
  known: { prompts: number; responses: number; comparisons: number; votes: number };
  votes: number;
  changed: number;
  releases: number[];
};

/** In the order in which one refers to the one before, so that rows go from the last to the first. */
const STAGES: [name: string, query: string][] = [
  ["votes", `SELECT "id", "comparisonId", "slotId" FROM "Vote" WHERE "importId" = $1`],
  [
    "comparisons",
    `SELECT c."id" FROM "Comparison" c WHERE c."importId" = $1
       AND NOT EXISTS (SELECT 1 FROM "Vote" v WHERE v."comparisonId" = c."id" AND v."importId" IS DISTINCT FROM $1)
       AND NOT EXISTS (SELECT 1 FROM "Alias" a WHERE a."comparisonId" = c."id" AND a."importId" <> $1)`,
  ],
  ["edits", `SELECT r."editId" AS "id" FROM "VoteRevision" r JOIN undone_votes v ON v."id" = r."voteId" WHERE r."editId" IS NOT NULL`],
  [
    "responses",
    `SELECT r."id" FROM "Response" r WHERE r."importId" = $1
       AND NOT EXISTS (SELECT 1 FROM "Comparison" c WHERE c."responseAId" = r."id" AND c."id" NOT IN (SELECT "id" FROM undone_comparisons))
       AND NOT EXISTS (SELECT 1 FROM "Comparison" c WHERE c."responseBId" = r."id" AND c."id" NOT IN (SELECT "id" FROM undone_comparisons))
       AND NOT EXISTS (SELECT 1 FROM "Edit" e WHERE e."responseId" = r."id" AND e."id" NOT IN (SELECT "id" FROM undone_edits))
       AND NOT EXISTS (SELECT 1 FROM "Alias" a WHERE a."responseId" = r."id" AND a."importId" <> $1)`,
  ],
  [
    "prompts",
    `SELECT p."id" FROM "Prompt" p WHERE p."importId" = $1
       AND NOT EXISTS (SELECT 1 FROM "Response" r WHERE r."promptId" = p."id" AND r."id" NOT IN (SELECT "id" FROM undone_responses))
       AND NOT EXISTS (SELECT 1 FROM "Comparison" c WHERE c."promptId" = p."id" AND c."id" NOT IN (SELECT "id" FROM undone_comparisons))
       AND NOT EXISTS (SELECT 1 FROM "Alias" a WHERE a."promptId" = p."id" AND a."importId" <> $1)`,
  ],
  ["aliases", `SELECT "id" FROM "Alias" WHERE "importId" = $1`],
];

/** Puts the ids of what would go into temporary tables of this transaction, called undone_votes and so on. */
export async function stage(client: ClientBase, importId: string): Promise<void> {
  for (const [name, query] of STAGES) {
    await client.query(`DROP TABLE IF EXISTS pg_temp.undone_${name}`);
    // A table of a query with a parameter is made empty first: CREATE takes none.
    await client.query(`CREATE TEMP TABLE undone_${name} ON COMMIT DROP AS ${query.replaceAll("$1", "NULL::uuid")} LIMIT 0`);
    await client.query(`INSERT INTO undone_${name} ${query}`, query.includes("$1") ? [importId] : []);
    await client.query(`CREATE INDEX ON undone_${name} ("id")`);
    await client.query(`ANALYZE undone_${name}`);
  }
}

const counted = (table: string, more = "") => `(SELECT count(*)::int FROM ${table} ${more})`;
const added = (table: string) => counted(`"${table}"`, `WHERE "importId" = $1`);
const onGone = (table: string, more = "") => counted(`"${table}"`, `WHERE "comparisonId" IN (SELECT "id" FROM undone_comparisons) ${more}`);

export async function countStage(client: ClientBase, importId: string): Promise<UndoCounts & { obstacles: Obstacles }> {
  const { rows } = await client.query<Record<string, number>>(
    `SELECT ${added("Prompt")} AS prompts, ${added("Response")} AS responses, ${added("Comparison")} AS comparisons, ${added("Vote")} AS votes,
       ${counted("undone_prompts")} AS "gonePrompts", ${counted("undone_responses")} AS "goneResponses", ${counted("undone_comparisons")} AS "goneComparisons",
       ${onGone("Slot", `AND "state" = 'leased'`)} AS leases, ${onGone("Draft")} AS drafts, ${onGone("Skip")} AS skips, ${onGone("Flag")} AS flags,
       (SELECT count(*)::int FROM "Vote" v JOIN "Comparison" c ON c."id" = v."comparisonId" WHERE c."importId" = $1 AND v."importId" IS NULL) AS given,
       (SELECT count(DISTINCT r."voteId")::int FROM "VoteRevision" r JOIN undone_votes v ON v."id" = r."voteId" WHERE r."kind" <> 'import') AS changed`,
    [importId],
  );
  const n = rows[0] ?? {};
  const of = (name: string) => n[name] ?? 0;
  const removed = { prompts: of("gonePrompts"), responses: of("goneResponses"), comparisons: of("goneComparisons"), votes: of("votes") };
  const known = { prompts: of("prompts"), responses: of("responses"), comparisons: of("comparisons"), votes: of("votes") };
  return {
    removed,
    kept: {
      prompts: known.prompts - removed.prompts,
      responses: known.responses - removed.responses,
      comparisons: known.comparisons - removed.comparisons,
    },
    dropped: { leases: of("leases"), drafts: of("drafts"), skips: of("skips"), flags: of("flags") },
    obstacles: { known, votes: of("given"), changed: of("changed"), releases: await releasesOf(client) },
  };
}

/** The latest releases that have votes of the import. */
async function releasesOf(client: ClientBase): Promise<number[]> {
  const { rows } = await client.query<{ number: number }>(
    `SELECT DISTINCT r."number" FROM undone_votes v JOIN "VoteRevision" x ON x."voteId" = v."id" JOIN "ReleaseItem" i ON i."revisionId" = x."id"
       JOIN "Release" r ON r."id" = i."releaseId" ORDER BY 1 DESC LIMIT 5`,
  );
  return rows.map(({ number }) => number);
}

/** What goes of each table, in the order in which it goes. */
const GONE: [table: string, which: string][] = [
  ["VoteRevision", `"voteId" IN (SELECT "id" FROM undone_votes)`],
  ["Edit", `"id" IN (SELECT "id" FROM undone_edits)`],
  ["Vote", `"id" IN (SELECT "id" FROM undone_votes)`],
  ["Draft", `"comparisonId" IN (SELECT "id" FROM undone_comparisons)`],
  ["Skip", `"comparisonId" IN (SELECT "id" FROM undone_comparisons)`],
  ["Flag", `"comparisonId" IN (SELECT "id" FROM undone_comparisons)`],
  ["Alias", `"id" IN (SELECT "id" FROM undone_aliases)`],
  ["Slot", `"comparisonId" IN (SELECT "id" FROM undone_comparisons)`],
  ["Comparison", `"id" IN (SELECT "id" FROM undone_comparisons)`],
  ["Response", `"id" IN (SELECT "id" FROM undone_responses)`],
  ["Prompt", `"id" IN (SELECT "id" FROM undone_prompts)`],
];

/** Every row that goes, as JSON with the name of its table, one per line; in the order in which they could be put back. */
export const goneAsJson = (): string[] =>
  GONE.toReversed().map(
    ([table, which]) =>
      // Characters that no JSON has stand for COPY's quote and delimiter, so that it changes nothing. Line breaks of JSON as it was
      // given lie between its parts.
      `COPY (SELECT translate(json_build_object('table', '${table}', 'row', to_json(t))::text, E'\\n\\r', '  ') FROM "${table}" t WHERE ${which}) TO STDOUT
       WITH (FORMAT csv, QUOTE E'\\x01', ESCAPE E'\\x01', DELIMITER E'\\x02')`,
  );

/** Removes what was staged. Places on comparisons that stay open again, at the end of the queue. */
export async function removeStaged(client: ClientBase): Promise<void> {
  await client.query(`UPDATE "Vote" SET "currentId" = NULL WHERE "id" IN (SELECT "id" FROM undone_votes)`);
  for (const [table, which] of GONE) {
    if (table === "Vote") await client.query(REOPEN);
    await client.query(`DELETE FROM "${table}" WHERE ${which}`);
  }
}

const REOPEN = `
  UPDATE "Slot" s SET "annotatorId" = NULL, "position" = nextval('slot_position'),
    "state" = (CASE WHEN c."archivedAt" IS NULL AND p."archivedAt" IS NULL THEN 'open' ELSE 'closed' END)::"SlotState"
  FROM undone_votes v, "Comparison" c, "Pool" p
  WHERE s."id" = v."slotId" AND c."id" = s."comparisonId" AND p."id" = c."poolId" AND c."id" NOT IN (SELECT "id" FROM undone_comparisons)`;
