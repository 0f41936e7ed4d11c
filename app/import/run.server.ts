import { stat } from "node:fs/promises";
import { SYSTEM, audit } from "../audit/commands.server";
import { claimRunById, type Run } from "../background/queue.server";
import { executeRun, type Outcome, type RunContext, type Work } from "../background/runner.server";
import { databaseUrl, db } from "../database/client.server";
import { UserError, isOutOfRoom } from "../errors";
import { log } from "../log.server";
import { plural } from "../ui/number";
import { added } from "./added";
import { PoolArchived } from "./batch.server";
import { importInChild } from "./child.server";
import { badRowsPath, removeSource, sourcePath } from "./files.server";
import { storedOptions, type Format } from "./schema";
import { importSource, type SourceJob } from "./source.server";

const FULL = "The disk is full. What is counted below is kept; free some space, then try this import again.";

type DoImport = (job: SourceJob, context: { signal: AbortSignal }) => Promise<void>;

/** Does one import, or continues it, by `doImport`. */
async function execute(run: Run, { signal }: RunContext, doImport: DoImport): Promise<void> {
  const record = await db.importRun.findUniqueOrThrow({ where: { id: run.id }, include: { pool: true } });
  if (record.pool.archivedAt) throw await poolArchived(run.id);
  const { poolId, rows: skip } = record;
  const options = storedOptions.parse(record.options);
  // Its process died between the last commit and saying that it was done.
  const isRead = record.bytesDone === record.bytesTotal && record.rows > 0;
  if (isRead && options.pairs.rule === "row") return await removeSource(run.id);
  const path = sourcePath(run.id);
  await stat(path).catch(() => {
    throw new UserError(
      "The file of this import is not in this data folder any more. Import it again: what was added stays, and is not added twice.",
    );
  });
  const files = { path, badRowsPath: badRowsPath(run.id) };
  try {
    await doImport({ run, poolId, format: record.format as Format, options, ...files, skip, databaseUrl: databaseUrl() }, { signal });
  } catch (error) {
    if (isOutOfRoom(error)) throw new UserError(FULL);
    if ((error as PoolArchived).code === PoolArchived.CODE) throw await poolArchived(run.id);
    throw error;
  } finally {
    if (signal.aborted && signal.reason === "cancel") await removeSource(run.id);
  }
  await finish(run.id);
}

/** Says what is in the pool by now, and how to go on: for the page, and for a command line, which can only begin again. */
async function poolArchived(id: string): Promise<UserError> {
  const { pool, ...run } = await db.importRun.findUniqueOrThrow({ where: { id }, include: { pool: true } });
  const kept =
    run.rows === 0
      ? "Nothing was imported"
      : `${plural(run.rows, "row")} ${run.rows === 1 ? "was" : "were"} read and ${added(run)} added, which stay`;
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
    await tx.importMatch.deleteMany({ where: { importId: id } });
    const detail = { rows, promptsAdded, responsesAdded, comparisonsAdded, votesAdded, duplicates, badRows };
    await audit(tx, SYSTEM, { action: "import.finish", subjectType: "import", subjectId: id, detail });
  });
  await removeSource(id);
}

const work = (doImport: DoImport): Work => ({
  name: "import",
  table: "ImportRun",
  gaveUp: "What is counted below is kept. Try again to continue; if it happens again, split the file.",
  execute: (run, context) => execute(run, context, doImport),
});

export const importWork: Work = work(importInChild);
/** The same in this process: for files of our own that are too small to start another process for. */
const importWorkHere: Work = work((job, context) => importSource(job, { ...context, warn: log.warn.bind(log) }));

/** Does an import now. Undefined when another process works on it. Aborting `stop` cancels it. */
export const runImport = (id: string, stop: AbortSignal) => runBy(importWork, id, stop);
export const runImportHere = (id: string, stop: AbortSignal) => runBy(importWorkHere, id, stop);

async function runBy(by: Work, id: string, stop: AbortSignal): Promise<Outcome | undefined> {
  const run = await claimRunById("ImportRun", id);
  return run && (await executeRun(by, run, { stop, onStop: "cancel" }));
}
