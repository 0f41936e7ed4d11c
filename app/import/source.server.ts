import type { ChildContext } from "../background/child";
import type { Run } from "../background/queue.server";
import { BadRowsFile } from "./bad-rows.server";
import { BatchWriter } from "./batch.server";
import { readBatches } from "./batches.server";
import { pairPrompts } from "./pair-prompts.server";
import type { Format, StoredOptions } from "./schema";

/** An import to do: where its file and its bad rows are, and how many records of the file are done already. */
export type SourceJob = {
  run: Run;
  poolId: string;
  format: Format;
  options: StoredOptions;
  path: string;
  badRowsPath: string;
  skip: number;
  databaseUrl: string;
};

/**
 * Imports the rest of a file, batch after batch. What a batch adds and how far the file has been read are committed
 * together, so that a process that dies at any point leaves an import that the next one continues without a row twice or missing.
 */
export async function importSource(job: SourceJob, { signal, warn }: Pick<ChildContext, "signal" | "warn">): Promise<void> {
  const { run, poolId, format, options, path, skip, databaseUrl } = job;
  const badRows = await BadRowsFile.open(job.badRowsPath, skip);
  const writer = new BatchWriter({ run, poolId, options, databaseUrl }, badRows, { signal, warn });
  try {
    for await (const batch of readBatches({ format, path, options, skip, signal })) await writer.write(batch);
    await pairPrompts(writer, { format, path, poolId, options, importId: run.id }, signal);
  } finally {
    await writer.close();
    await badRows.close();
  }
}
