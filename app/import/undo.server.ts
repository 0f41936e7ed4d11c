import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { PoolClient } from "pg";
import { to } from "pg-copy-streams";
import { fillFromExtrasSql } from "../assignment/queue.server";
import { type Actor, auditWith } from "../audit/commands.server";
import { pool } from "../database/client.server";
import { hasCode } from "../database/retry.server";
import { UserError, isOutOfRoom, notFound } from "../errors";
import { Prisma } from "../generated/prisma/client";
import { plural } from "../ui/number";
import { undonePath } from "./files.server";
import { type Obstacles, type UndoCounts, countStage, goneAsJson, removeStaged, stage } from "./undo-stage.server";

/** What undoing an import would do, or why it cannot be done. */
export type UndoPreview = UndoCounts & { refusal: string | null };

type Run = { status: string; undoneAt: Date | null } & Record<
  "promptsAdded" | "responsesAdded" | "comparisonsAdded" | "votesAdded",
  number
>;

/** Somebody holds a row at this moment, or came in between (a new revision, a release); a further try sees what they did. */
const AGAIN = new Set(["55P03", "40P01", "40001", "23503"]);
const TRIES = 20;
/** Less than the second after which PostgreSQL ends a deadlock, so that it is the undo that gives way, never somebody's vote. */
const PATIENCE = "300ms";

/** What undoing this import would take away. Nothing is changed. */
export async function previewUndo(id: string): Promise<UndoPreview> {
  return await inTransaction(async (client) => {
    const run = await readRun(client, id);
    const early = refusalOfRun(run);
    await stage(client, id);
    const { obstacles, ...counts } = await countStage(client, id);
    await client.query("ROLLBACK");
    return { ...counts, refusal: early ?? refusalOf(run, obstacles) };
  });
}

/**
 * Takes back what an import added, as long as nobody voted on it: the rows leave the database, all in one transaction, and
 * are kept as a file with the import. What was there before stays, and so does what another import has built on.
 * docs/decisions/0015-undo-of-an-import.md
 */
export async function undoImport(actor: Actor, id: string): Promise<UndoCounts> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction((client) => undo(client, actor, id));
    } catch (error) {
      if (isOutOfRoom(error))
        throw new UserError("The disk is full, so what goes could not be kept. Nothing was undone; free some space.", 507);
      if (!hasCode(error, AGAIN)) throw error;
      if (tries === TRIES)
        throw new UserError("People are at work on its pairs at this moment, so nothing was undone. Archive the pool, or try again.", 409);
      await sleep(100 + Math.random() * 200);
    }
  }
}

async function undo(client: PoolClient, actor: Actor, id: string): Promise<UndoCounts> {
  await client.query(`SELECT 1 FROM "Pool" WHERE "id" = (SELECT "poolId" FROM "ImportRun" WHERE "id" = $1) FOR NO KEY UPDATE`, [id]);
  const run = await readRun(client, id, "FOR UPDATE");
  const early = refusalOfRun(run);
  if (early) throw new UserError(early, 409);
  await lockPairs(client, id);
  await stage(client, id);
  const { obstacles, ...counts } = await countStage(client, id);
  const refusal = refusalOf(run, obstacles);
  if (refusal) throw new UserError(refusal, 409);
  // What may be removed is up to the database, too: it knows the import by these two.
  await client.query(`UPDATE "ImportRun" SET "undoneAt" = now(), "undone" = $2 WHERE "id" = $1`, [id, JSON.stringify(counts)]);
  await client.query(`SELECT set_config('tiebreak.undone_import', $1, true)`, [id]);
  const partial = `${undonePath(id)}.partial`;
  await keepRows(client, partial);
  const voted = await client.query<{ id: string }>(`SELECT DISTINCT "comparisonId" AS "id" FROM undone_votes LIMIT 1`);
  await removeStaged(client);
  if (voted.rowCount) await client.query(fillFromExtrasSql(Prisma.sql`SELECT "comparisonId" FROM undone_votes`));
  await auditWith(client, actor, { action: "import.undo", subjectType: "import", subjectId: id, detail: counts });
  // Before the commit: a file too many says nothing, and one too few would have lost what it held.
  await rename(partial, undonePath(id));
  await client.query("COMMIT");
  return counts;
}

async function inTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    return await work(client);
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // Closing the connection rolls back, whatever it was in the middle of.
    client.release(broken);
  }
}

async function readRun(client: PoolClient, id: string, lock = ""): Promise<Run> {
  const { rows } = await client.query<Run>(
    `SELECT "status"::text, "undoneAt", "promptsAdded", "responsesAdded", "comparisonsAdded", "votesAdded" FROM "ImportRun" WHERE "id" = $1 ${lock}`,
    [id],
  );
  if (!rows[0]) throw notFound("This import");
  return rows[0];
}

function refusalOfRun({ status, undoneAt }: Run): string | null {
  if (undoneAt) return "This import was undone already.";
  if (status === "queued" || status === "running") return "This import is not finished. Stop it first; then it can be undone.";
  return null;
}

function refusalOf(run: Run, { known, votes, changed, releases }: Obstacles): string | null {
  const { promptsAdded, responsesAdded, comparisonsAdded, votesAdded } = run;
  const counted = { prompts: promptsAdded, responses: responsesAdded, comparisons: comparisonsAdded, votes: votesAdded };
  if (Object.entries(counted).some(([name, count]) => known[name as keyof typeof known] !== count))
    return "This import was made by an older version, which did not record everything that it added, so it cannot be undone. Archive its prompts instead.";
  if (votes > 0)
    return `${plural(votes, "vote")} ${votes === 1 ? "was" : "were"} given on what it added, so it cannot be undone. Archive its prompts instead.`;
  if (changed > 0)
    return `${plural(changed, "of its votes", "of its votes")} ${changed === 1 ? "was" : "were"} changed by the annotator since, so it cannot be undone.`;
  if (releases.length > 0)
    return `Its votes are in ${releases.map((number) => `release ${number}`).join(", ")}, and a release never changes, so it cannot be undone.`;
  return null;
}

/**
 * Holds every comparison that it added or voted on, and their places, until the end: a claim, a vote, a draft or a skip that
 * is being written is waited for, for a moment, and then seen; one that comes later finds the pair gone.
 */
async function lockPairs(client: PoolClient, id: string): Promise<void> {
  const which = `SELECT "id" FROM "Comparison" WHERE "importId" = $1 UNION SELECT "comparisonId" FROM "Vote" WHERE "importId" = $1`;
  await client.query(`SET LOCAL lock_timeout = '${PATIENCE}'`);
  for (const [table, column] of [
    ["Comparison", "id"],
    ["Slot", "comparisonId"],
  ])
    await client.query(`SELECT count(*) FROM (SELECT 1 FROM "${table}" WHERE "${column}" IN (${which}) ORDER BY "id" FOR UPDATE) locked`, [
      id,
    ]);
  await client.query(`SET LOCAL lock_timeout = 0`);
}

/** Writes every row that goes to a file, one per line. */
async function keepRows(client: PoolClient, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await pipeline(
      async function* () {
        for (const copy of goneAsJson()) yield* client.query(to(copy));
      },
      createGzip(),
      createWriteStream(file),
    );
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
