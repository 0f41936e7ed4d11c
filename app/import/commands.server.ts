import { audit, type Actor } from "../audit/commands.server";
import { requestCancel } from "../background/queue.server";
import { wakeRunner } from "../background/runner.server";
import { db } from "../database/client.server";
import { uuidv7 } from "../uuid.server";
import { UserError, notFound } from "../errors";
import type { ImportRun } from "../generated/prisma/client";
import { detectFormat } from "./formats/detect.server";
import { discard, keepSource, removeSource, type ReceivedFile } from "./files.server";
import { importOptions } from "./schema";

type NewImport = {
  poolId: string;
  fileName: string;
  options: unknown;
  file: ReceivedFile;
  /** Accounts that names of annotators in the file stand for. */
  people?: Record<string, string>;
};

export function requireOpenPool<T extends { name: string; archivedAt: Date | null }>(pool: T): T {
  if (pool.archivedAt) throw new UserError(`The pool "${pool.name}" is archived. Restore it before importing.`, 409);
  return pool;
}

/**
 * Puts a received file in the queue of imports. Throws UserError, and removes the file, when it is of no known format
 * or the pool takes nothing in.
 */
export async function createImport(actor: Actor, { poolId, fileName, options, file, people }: NewImport): Promise<ImportRun> {
  const id = uuidv7();
  try {
    const pool = await db.pool.findUnique({ where: { id: poolId } });
    if (!pool) throw notFound("This pool");
    requireOpenPool(pool);
    const format = await detectFormat(file.path, fileName);
    const parsed = { ...importOptions.parse(options), sha256: file.sha256, ...(people && { people }) };
    await keepSource(id, file);
    const data = { id, poolId, createdById: actor.id, fileName, format, options: parsed, bytesTotal: file.bytes };
    const run = await db.$transaction(async (tx) => {
      const detail = { poolId, fileName, format, bytes: file.bytes, options: parsed };
      await audit(tx, actor, { action: "import.create", subjectType: "import", subjectId: id, detail });
      return await tx.importRun.create({ data });
    });
    wakeRunner();
    return run;
  } catch (error) {
    await discard(file);
    await removeSource(id);
    throw error;
  }
}

/** Stops an import. What it has committed stays. */
export async function cancelImport(actor: Actor, id: string): Promise<"cancelled" | "asked" | "finished"> {
  const outcome = await requestCancel("ImportRun", id);
  if (!outcome) throw notFound("This import");
  if (outcome === "finished") return outcome;
  await audit(db, actor, { action: "import.cancel", subjectType: "import", subjectId: id });
  if (outcome === "cancelled") await removeSource(id);
  return outcome;
}

/** Tries a failed import again, from where it stopped. */
export async function retryImport(actor: Actor, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.importRun.updateMany({
      where: { id, status: "failed", undoneAt: null },
      data: { status: "queued", error: null, finishedAt: null, cancelRequestedAt: null, takeovers: 0 },
    });
    if (count === 0) throw new UserError("Only a failed import that was not undone can be tried again.", 409);
    await audit(tx, actor, { action: "import.retry", subjectType: "import", subjectId: id });
  });
  wakeRunner();
}
