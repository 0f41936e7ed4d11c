import { setImmediate as breathe } from "node:timers/promises";
import { readRecords } from "./formats/detect.server";
import { MAX_RECORD, keptSource, type SourceRecord } from "./formats/record";
import { prepareRow, type PreparedRow } from "./prepare.server";
import { RowProblem, type BadRow } from "./problems";
import { mostPairs } from "./pairs";
import { readRow } from "./rows";
import type { Format, ImportOptions } from "./schema";

/** One record on its way: where it stood, and the row that it makes or what is wrong with it. */
export type BatchRow = { number: number; line: number } & ({ row: PreparedRow; source: () => string } | { bad: Omit<BadRow, "line"> });
/** Records that are committed together. `rows` and `bytes` count from the beginning of the file. */
export type Batch = { items: BatchRow[]; rows: number; bytes: number };

const BATCH_ROWS = 1000;
const BATCH_PAIRS = 5000;
const BATCH_BYTES = MAX_RECORD / 2;
/** The server that imports also serves pages: no stretch of work without a pause is longer. */
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
  let items: BatchRow[] = [];
  let from = 0;
  let last = 0;
  let pairs = 0;
  let paused = performance.now();
  for await (const record of readRecords(format, path)) {
    number += 1;
    last = record.bytes;
    if (performance.now() - paused > STRETCH_MS) {
      await breathe();
      signal.throwIfAborted();
      paused = performance.now();
    }
    if (number <= skip) {
      from = last;
      continue;
    }
    const item = prepare(record, number, options);
    items.push(item);
    pairs += "row" in item ? mostPairs(item.row.responses.length, options.pairs) : 0;
    if (items.length < BATCH_ROWS && pairs < BATCH_PAIRS && last - from < BATCH_BYTES) continue;
    yield { items, rows: number, bytes: last };
    items = [];
    pairs = 0;
    from = last;
  }
  if (items.length > 0) yield { items, rows: number, bytes: last };
}

function prepare(record: SourceRecord, number: number, options: ImportOptions): BatchRow {
  const at = { number, line: record.line };
  if ("bad" in record) return { ...at, bad: record.bad };
  const source = () => keptSource(JSON.stringify(record.value));
  try {
    return { ...at, row: prepareRow(readRow(record.value, options)), source };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return { ...at, bad: { field: error.field, reason: error.reason, source: source() } };
  }
}
