import { createHash, type Hash } from "node:crypto";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { UserError, isOutOfRoom } from "../errors";
import type { Utf8 } from "./utf8";

export type WrittenFile = { path: string; bytes: number; sha256: string; rows?: number };

const BLOCK = 256 * 1024;

/** A file that is written once from front to back, and hashed on the way. `close` makes it durable. */
export class OutputFile {
  private readonly hash: Hash = createHash("sha256");
  private block: Buffer = Buffer.allocUnsafeSlow(BLOCK);
  private filled = 0;
  private ready: Uint8Array[] = [];
  /** Blocks that are written, to be filled again: new ones would come faster than the garbage collector takes the old. */
  private readonly spare: Buffer[] = [];
  private bytes = 0;
  rows = 0;

  private constructor(
    private readonly handle: FileHandle,
    /** Relative to the release's folder. */
    readonly path: string,
  ) {}

  static async create(folder: string, name: string): Promise<OutputFile> {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    return new OutputFile(await open(file, "wx"), name);
  }

  /** Takes a whole line. Call `flush` after at most a few megabytes. */
  line(text: Utf8): void {
    this.rows++;
    if (this.filled + text.length > BLOCK) this.seal();
    if (text.length > BLOCK) this.take(Buffer.from(text, "latin1"));
    else this.filled += this.block.write(text, this.filled, "latin1");
  }

  raw(bytes: Uint8Array): void {
    this.seal();
    this.take(bytes);
  }

  /** Writes the blocks that are full. */
  async flush(): Promise<void> {
    const ready = this.ready;
    this.ready = [];
    for (const part of ready) {
      // A short write happens when the disk fills up; the next try then gives the error.
      for (let at = 0; at < part.length;) at += (await this.handle.write(part, at)).bytesWritten;
      if (part.buffer.byteLength === BLOCK) this.spare.push(Buffer.from(part.buffer));
    }
  }

  async close(): Promise<WrittenFile> {
    this.seal();
    await this.flush();
    await this.handle.sync();
    await this.handle.close();
    return { path: this.path, bytes: this.bytes, sha256: this.hash.digest("hex"), ...(this.rows ? { rows: this.rows } : {}) };
  }

  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }

  private seal(): void {
    if (this.filled === 0) return;
    this.take(this.block.subarray(0, this.filled));
    this.block = this.spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
    this.filled = 0;
  }

  private take(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.bytes += bytes.length;
    this.ready.push(bytes);
  }
}

/** A file of a few pages, in one go. */
export async function writeWhole(folder: string, name: string, text: string): Promise<WrittenFile> {
  const file = await OutputFile.create(folder, name);
  try {
    file.raw(Buffer.from(text));
    return await file.close();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** Makes the names in a folder durable, so that a rename of it cannot show half of them after a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts an error of the disk in words; any other error stays as it is. */
export function diskError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  if (isOutOfRoom(error)) {
    return new UserError(
      `No room left in ${folder} (${code}). Nothing of the release was kept, and no vote is touched. Free some space or raise the quota, then make the release again.`,
      503,
    );
  }
  if (code === "EACCES" || code === "EROFS") {
    return new UserError(
      `${folder} cannot be written to (${code}). Give this process the right to write there, then make the release again.`,
      503,
    );
  }
  return error;
}
