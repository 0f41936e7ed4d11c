import { stat } from "node:fs/promises";
import { SYSTEM, audit } from "../audit/commands.server";
import { claimRunById, type Run } from "../background/queue.server";
import { executeRun, type Outcome, type RunContext, type Work } from "../background/runner.server";
import { db } from "../database/client.server";
import { UserError, isOutOfRoom } from "../errors";
import { plural } from "../ui/number";
import { added } from "./added";
import { BadRowsFile } from "./bad-rows.server";
import { PoolArchived, writeBatch } from "./batch.server";
import { readBatches } from "./batches.server";
import { badRowsPath, removeSource, sourcePath } from "./files.server";
import { storedOptions, type Format } from "./schema";

const FULL = "The disk is full. What is counted below is kept; free some space, then try this import again.";

/**
 * Does one import, or goes on with it. What a batch adds and how far the file has been read are committed together, so
 * that a process that dies at any point leaves an import that the next one carries on without a row twice or missing.
 */
async function execute(run: Run, { signal }: RunContext): Promise<void> {
  const record = await db.importRun.findUniqueOrThrow({ where: { id: run.id }, include: { pool: true } });
  // Its process died between the last commit and saying that it was done.
  if (record.bytesDone === record.bytesTotal && record.rows > 0) return await removeSource(run.id);
  if (record.pool.archivedAt) throw await poolArchived(run.id);
  const path = sourcePath(run.id);
  await stat(path).catch(() => {
    throw new UserError(
      "The file of this import is not in this data folder any more. Import it again: what was added stays, and is not added twice.",
    );
  });
  const badRows = await BadRowsFile.open(badRowsPath(run.id), record.rows);
  try {
    const options = storedOptions.parse(record.options);
    const batches = readBatches({ format: record.format as Format, path, options, skip: record.rows, signal });
    for await (const batch of batches) await writeBatch({ run, poolId: record.poolId, options, batch, badRows });
  } catch (error) {
    if (isOutOfRoom(error)) throw new UserError(FULL);
    if (error instanceof PoolArchived) throw await poolArchived(run.id);
    throw error;
  } finally {
    await badRows.close();
    if (signal.aborted && signal.reason === "cancel") await removeSource(run.id);
  }
  await finish(run.id);
}

/** Says what is in the pool by now, and how to go on: for the page, and for a command line, which can only begin again. */
async function poolArchived(id: string): Promise<UserError> {
  const { pool, ...run } = await db.importRun.findUniqueOrThrow({ where: { id }, include: { pool: true } });
  const kept = run.rows === 0 ? "Nothing was imported" : `${plural(run.rows, "row")} were read and ${added(run)} added, which stay`;
  return new UserError(
    `The pool "${pool.name}" is archived, so this import stopped. ${kept}. To go on, restore the pool, then try this import ` +
      "again or import the same file again: what is there already is skipped.",
  );
}

async function finish(id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { rows, promptsAdded, responsesAdded, comparisonsAdded, votesAdded, duplicates, badRows, bytesTotal } =
      await tx.importRun.findUniqueOrThrow({ where: { id } });
    // The last record may end before the file does, at blank lines or a footer.
    await tx.importRun.update({ where: { id }, data: { bytesDone: bytesTotal } });
    const detail = { rows, promptsAdded, responsesAdded, comparisonsAdded, votesAdded, duplicates, badRows };
    await audit(tx, SYSTEM, { action: "import.finish", subjectType: "import", subjectId: id, detail });
  });
  await removeSource(id);
}

export const importWork: Work = { name: "import", table: "ImportRun", execute };

/** Does an import in this process, now. Undefined when another process works on it. Aborting `stop` cancels it. */
export async function runImport(id: string, stop: AbortSignal): Promise<Outcome | undefined> {
  const run = await claimRunById("ImportRun", id);
  return run && (await executeRun(importWork, run, { stop, onStop: "cancel", cancelled: run.cancelled }));
}
