import { parentPort, workerData } from "node:worker_threads";
import { failureOf, type Failure } from "../background/failure";
import { ParquetFiles } from "./parquet.server";
import { StageReader } from "./read.server";
import type { ReleaseOptions } from "./schema";
import type { WrittenFile } from "./files.server";

/** The thread that writes a release's Parquet files, from the bytes of the same COPY as the rest. See parquet-side.server.ts. */
export type ParquetJob = { folder: string; options: ReleaseOptions };
/** Before all else what the rows have, then the pieces of the stream, then its end. */
export type ToThread = { extended: boolean } | Uint8Array | "end";
/** A piece was written; or all is, and synced; or nothing more comes. */
export type FromThread = "taken" | { files: WrittenFile[] } | { failed: Failure };

const { folder, options } = workerData as ParquetJob;
let files: ParquetFiles | undefined;
const reader = new StageReader();
const tell = (message: FromThread) => parentPort?.postMessage(message);

async function take(message: ToThread): Promise<void> {
  if (message === "end") return tell({ files: (await files?.close()) ?? [] });
  if ("extended" in message) {
    files = new ParquetFiles(folder, options, message.extended);
    return;
  }
  await files?.write(reader.rows(Buffer.from(message.buffer, message.byteOffset, message.byteLength)));
  tell("taken");
}

/** One piece after the other, as they came. */
let work = Promise.resolve();
parentPort?.on("message", (message: ToThread) => {
  work = work.then(() => take(message));
  work.catch((error: unknown) => tell({ failed: failureOf(error) }));
});
