import { Readable } from "node:stream";
import { COMMAND_LINE } from "../../app/audit/commands.server";
import { db } from "../../app/database/client.server";
import { createImport } from "../../app/import/commands.server";
import { receiveFile } from "../../app/import/files.server";
import { runImportHere } from "../../app/import/run.server";

export { jsonl } from "./rows";

/** Puts a file in the queue as a page or the command line would. */
export async function queueImport(poolId: string, content: string | Uint8Array, { name = "rows.jsonl", options = {} } = {}) {
  const file = await receiveFile(Readable.from([Buffer.from(content)]));
  return await createImport(COMMAND_LINE, { poolId, fileName: name, options, file });
}

/** Imports a file and answers what became of it. */
export async function importFile(poolId: string, content: string | Uint8Array, given: { name?: string; options?: object } = {}) {
  const { id } = await queueImport(poolId, content, given);
  const outcome = await runImportHere(id, new AbortController().signal);
  return { outcome, ...(await db.importRun.findUniqueOrThrow({ where: { id } })) };
}
