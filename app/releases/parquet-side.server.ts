import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { errorOf } from "../background/failure";
import type { WrittenFile } from "./files.server";
import type { FromThread, ParquetJob, ToThread } from "./parquet-thread";

const BLOCK = 256 * 1024;
/** Blocks that the thread has not read yet: as much as comes in while it encodes a row group, so that neither waits for the other. */
const AHEAD = 16;
/** Of the thread's own heap, for what dies young. */
const YOUNG_MB = 12;

/**
 * Writes the Parquet files of a release in a thread: encoding them takes as long as all other files together, and both
 * start from the same bytes. Errors of the thread come out of whichever call is next.
 */
export class ParquetSide {
  private readonly thread: Worker;
  private block = Buffer.allocUnsafeSlow(BLOCK);
  private filled = 0;
  private waiting = 0;
  private failure: Error | undefined;
  private files: WrittenFile[] | undefined;

  constructor(job: ParquetJob) {
    this.thread = new Worker(new URL("./parquet-thread.mjs", import.meta.url), {
      workerData: job,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.thread.on("message", (message: FromThread) => {
      if (message === "taken") this.waiting--;
      else if ("files" in message) this.files = message.files;
      else this.failure ??= errorOf(message.failed);
    });
    this.thread.on("error", (error) => (this.failure ??= error));
  }

  /** Call it before the first piece, with what is known once the rows are chosen. */
  begin(rows: { extended: boolean }): void {
    this.post(rows);
  }

  /** Takes a copy of a piece of the stream, and waits while the thread is behind. */
  async write(piece: Buffer): Promise<void> {
    for (let at = 0; at < piece.length;) {
      const copied = piece.copy(this.block, this.filled, at);
      at += copied;
      this.filled += copied;
      if (this.filled === BLOCK) await this.send();
    }
  }

  /** Call it after the last piece. Resolves when the files are written and synced. */
  async finish(): Promise<WrittenFile[]> {
    await this.send();
    this.post("end");
    await this.until(() => this.files !== undefined);
    await this.abandon();
    return this.files ?? [];
  }

  async abandon(): Promise<void> {
    await this.thread.terminate();
  }

  private async send(): Promise<void> {
    await this.until(() => this.waiting < AHEAD);
    this.waiting++;
    this.post(new Uint8Array(this.block.buffer, 0, this.filled));
    this.block = Buffer.allocUnsafeSlow(BLOCK);
    this.filled = 0;
  }

  private post(message: ToThread): void {
    this.thread.postMessage(message, message instanceof Uint8Array ? [message.buffer as ArrayBuffer] : []);
  }

  private async until(ready: () => boolean): Promise<void> {
    while (!this.failure && !ready()) await once(this.thread, "message");
    if (this.failure) throw this.failure;
  }
}
