import { setImmediate as breathe } from "node:timers/promises";
import { UserError } from "../errors";
import { readRecords } from "./formats/detect.server";
import { MAX_RECORD, keptSource, type SourceRecord } from "./formats/record";
import { prepareRow, type PreparedRow } from "./prepare.server";
import { RowProblem, type BadRow } from "./problems";
import { mostPairs } from "./pairs";
import type { Format, ImportOptions } from "./schema";
import { readRecord } from "./shapes";

/** One record on its way: where it stood, and the rows that it makes or what is wrong with it. */
export type BatchRow = { number: number; line: number } & (
  { rows: PreparedRow[]; shape: string; warning?: string; source: () => string } | { bad: Omit<BadRow, "line"> }
);
/** Records that are committed together. `rows` and `bytes` count from the beginning of the file. */
export type Batch = { items: BatchRow[]; rows: number; bytes: number };

const BATCH_ROWS = 1000;
const BATCH_PAIRS = 5000;
const BATCH_BYTES = MAX_RECORD / 2;
/** A wish to stop is heard within this time, however long the file takes to read. */
const STRETCH_MS = 8;

type Input = { format: Format; path: string; options: ImportOptions; skip: number; signal: AbortSignal };

/**
 * The file in batches, past the first `skip` records. The next batch is read while the caller writes the one it has:
 * two batches are in memory at a time, however long the file is.
 */
export async function* readBatches(input: Input): AsyncGenerator<Batch> {
  const source = collect(input);
  let next = source.next();
  try {
    for (let got = await next; !got.done; got = await next) {
      input.signal.throwIfAborted();
      next = source.next();
      // Awaited in the next turn; a failure before that must not count as unhandled.
      next.catch(() => undefined);
      yield got.value;
    }
  } finally {
    await next.catch(() => undefined);
    await source.return(undefined);
  }
}

async function* collect({ format, path, options, skip, signal }: Input): AsyncGenerator<Batch, void> {
  let number = 0;
  let paused = performance.now();
  const batch = new Collected(options);
  try {
    for await (const record of readRecords(format, path)) {
      number += 1;
      if (performance.now() - paused > STRETCH_MS) {
        await breathe();
        signal.throwIfAborted();
        paused = performance.now();
      }
      if (number <= skip) batch.pass(record);
      else batch.add(prepare(record, number, { format, options }), record);
      if (batch.isFull()) yield batch.take();
    }
  } catch (error) {
    // What stands before the place from which on a file cannot be read is imported.
    if (error instanceof UserError && batch.items.length > 0) yield batch.take();
    throw error;
  }
  if (batch.items.length > 0) yield batch.take();
}

/** The records of a batch so far, and how large it is. */
class Collected {
  items: BatchRow[] = [];
  private rows = 0;
  private bytes = 0;
  private pairs = 0;
  private size = 0;

  constructor(private readonly options: ImportOptions) {}

  pass({ bytes }: SourceRecord): void {
    this.rows += 1;
    this.bytes = bytes;
  }

  add(item: BatchRow, record: SourceRecord): void {
    // Of a packed file, the bytes that were read say little about those that they became.
    this.size += record.size ?? record.bytes - this.bytes;
    this.pass(record);
    this.items.push(item);
    this.pairs += "rows" in item ? pairsOf(item.rows, this.options) : 0;
  }

  isFull(): boolean {
    return this.items.length >= BATCH_ROWS || this.pairs >= BATCH_PAIRS || this.size >= BATCH_BYTES;
  }

  take(): Batch {
    const { items, rows, bytes } = this;
    [this.items, this.pairs, this.size] = [[], 0, 0];
    return { items, rows, bytes };
  }
}

/** Whether what is wrong with the first row is wrong with the file, so that nothing of it can be read. */
const isWholeFile = ({ scope }: RowProblem, format: Format) =>
  scope === "file" || (scope === "table" && (format === "csv" || format === "parquet"));

/** No more than so many pairs come of rows. */
export const pairsOf = (rows: readonly PreparedRow[], { pairs }: ImportOptions): number =>
  rows.reduce((sum, { responses }) => sum + mostPairs(responses.length, pairs), 0);

function prepare(record: SourceRecord, number: number, { format, options }: Pick<Input, "format" | "options">): BatchRow {
  const at = { number, line: record.line };
  if ("bad" in record) return { ...at, bad: record.bad };
  const source = () => keptSource(JSON.stringify(record.value));
  try {
    const { rows, ...read } = readRecord(record.value, options);
    return { ...at, ...read, rows: rows.map(prepareRow), source };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    if (number === 1 && isWholeFile(error, format)) throw new UserError(error.message, 422, { code: "rows_not_known" });
    return { ...at, bad: { field: error.field, reason: error.reason, source: source() } };
  }
}
