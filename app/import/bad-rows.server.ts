import { copyFile, open, rm, type FileHandle } from "node:fs/promises";
import { readLines } from "./formats/jsonl.server";
import type { BadRow } from "./problems";

/** A line of the file: `row` counts the records of the source from 1. */
export type BadRowLine = BadRow & { row: number };

/**
 * The file of bad rows of one import, one JSON object per line. It is written before the batch is committed and at the
 * place where the last committed batch ended, so that a batch that is tried again, here or after a crash, leaves one
 * copy of its lines.
 */
export class BadRowsFile {
  private constructor(
    private readonly file: FileHandle,
    private committed: number,
    private written: number,
  ) {}

  /** Opens the file and cuts off what belongs to rows after the first `rows`. */
  static async open(path: string, rows: number): Promise<BadRowsFile> {
    const file = await open(path, "a+").then((made) => made.close().then(() => open(path, "r+")));
    let size = 0;
    for await (const record of readLines(path)) {
      if (!("value" in record) || (record.value as BadRowLine).row > rows) break;
      size = record.bytes;
    }
    await file.truncate(size);
    return new BadRowsFile(file, size, size);
  }

  async write(rows: readonly BadRowLine[]): Promise<void> {
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await this.file.truncate(this.committed);
    // A short write happens when the disk fills up; the next try then gives the error.
    for (let at = 0; at < bytes.length;) at += (await this.file.write(bytes, at, bytes.length - at, this.committed + at)).bytesWritten;
    this.written = this.committed + bytes.length;
  }

  commit(): void {
    this.committed = this.written;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Some bad rows, from the `skip`th on. An import without any has no file. */
export async function readBadRows(path: string, { skip, take }: { skip: number; take: number }): Promise<BadRowLine[]> {
  const found: BadRowLine[] = [];
  let index = 0;
  try {
    for await (const record of readLines(path)) {
      if (index++ < skip || !("value" in record)) continue;
      found.push(record.value as BadRowLine);
      if (found.length === take) break;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return found;
}

/** Leaves the bad rows of a finished import in a file of the user's choice; those of an earlier import do not stay there. */
export async function leaveBadRows(path: string, target: string, count: number): Promise<void> {
  if (count > 0) await copyFile(path, target);
  else await rm(target, { force: true });
}

/** A bad row as one line for a person. */
export const badRowInWords = ({ line, field, reason }: BadRow): string => `  line ${line}: ${field ? `${field} ` : ""}${reason}`;
