import { open, type FileHandle } from "node:fs/promises";
import { parquetMetadataAsync, parquetSchema, type FileMetaData, type RowGroup } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { assembleAsync, asyncGroupToRows } from "hyparquet/src/rowgroup.js";
import { getTreePath } from "hyparquet/src/schema.js";
import { UserError } from "../../errors";
import { jsonProblem, parseJsonText } from "../../json";
import { RowProblem } from "../problems";
import { ColumnCursor, decoderOf } from "./parquet-columns.server";
import { decodeUtf8, type Source } from "./record";

/** Rows that are in memory at once: fewer where they are long, or have many columns. */
const SLICE_ROWS = 1000;
const SLICE_CELLS = 20_000;
const SLICE_BYTES = 4 * 1024 * 1024;

/** Stands for a text whose bytes are not UTF-8, until its row is read and reported. */
class InvalidText {
  constructor(readonly problem: RowProblem) {}
}

/** A text, or why it is none. Thrown, it would end the page that it is on. */
const orInvalid = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    const problem = error instanceof RowProblem ? error : new RowProblem("", jsonProblem(error));
    return new InvalidText(problem);
  }
};

const parsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && orInvalid(() => decodeUtf8(bytes)),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && orInvalid(() => parseJsonText(decodeUtf8(bytes))),
};

/**
 * The rows of a Parquet file. Row groups may hold a whole file, so they are read in slices of rows. Throws UserError when the
 * file is cut off or damaged.
 */
export async function* readParquet(path: string): Source {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const metadata = await readFooter(file, size);
    const total = Math.max(1, Number(metadata.num_rows));
    let line = 0;
    for (const [index, group] of metadata.row_groups.entries())
      for await (const row of groupRows(file, metadata, { group, number: index + 1, before: line })) {
        line += 1;
        yield { line, bytes: Math.min(size, Math.floor((size * line) / total)), ...readObject(row) };
      }
  } finally {
    await file.close();
  }
}

async function readFooter(file: FileHandle, size: number): Promise<FileMetaData> {
  const slice = async (start: number, end = size) => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(end - start), 0, end - start, start);
    return buffer.buffer.slice(0, bytesRead);
  };
  try {
    return await parquetMetadataAsync({ byteLength: size, slice }, { parsers });
  } catch (error) {
    throw new UserError(
      `The Parquet file has no readable end (${(error as Error).message}), so it was cut off or damaged. Copy or write it again.`,
    );
  }
}

type Group = { group: RowGroup; number: number; before: number };

async function* groupRows(file: FileHandle, metadata: FileMetaData, { group, number, before }: Group) {
  const schema = parquetSchema(metadata);
  const rows = Number(group.num_rows);
  try {
    const columns = group.columns.map(({ meta_data }) => {
      if (!meta_data) throw new Error("a column does not say where it is");
      return new ColumnCursor(
        file,
        decoderOf(meta_data, getTreePath(schema, meta_data.path_in_schema), { parsers, compressors }),
        meta_data,
      );
    });
    if (columns.length === 0) throw new Error("it has no columns");
    const slice = sliceOf(group);
    for (let at = 0; at < rows; at += slice) {
      const count = Math.min(slice, rows - at);
      // One column after the other, so that no two pages are unfolded at once.
      const taken: { pathInSchema: string[]; data: Promise<{ data: unknown[][]; skipped: number }> }[] = [];
      for (const column of columns) {
        const values = await column.take(count);
        taken.push({ pathInSchema: column.pathInSchema, data: Promise.resolve({ data: [values], skipped: 0 }) });
      }
      const assembled = assembleAsync({ groupStart: 0, groupRows: count, asyncColumns: taken }, schema, parsers);
      yield* await asyncGroupToRows(assembled, 0, count, undefined, "object");
    }
  } catch (error) {
    const place = `Row group ${number} (rows ${before + 1} to ${before + rows})`;
    if (error instanceof UserError) throw new UserError(`${place} ${error.message}`);
    throw new UserError(`${place} is damaged: ${(error as Error).message}. Rows before it were imported.`);
  }
}

function sliceOf({ num_rows, total_byte_size, columns }: RowGroup): number {
  const bytesPerRow = Number(total_byte_size) / Math.max(1, Number(num_rows));
  return Math.max(1, Math.floor(Math.min(SLICE_ROWS, SLICE_CELLS / columns.length, SLICE_BYTES / Math.max(1, bytesPerRow))));
}

function readObject(row: Record<string, unknown>) {
  try {
    // What pandas adds for its index is no field of the row.
    const columns = Object.entries(row).filter(([key]) => !/^(__index_level_\d+__|Unnamed: 0)$/.test(key));
    return { value: Object.fromEntries(columns.map(([key, value]) => [key, plain(value, key)])) };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return { bad: { field: error.field, reason: error.reason } };
  }
}

/** A file's own schema may nest without end, too. */
const MAX_DEPTH = 100;

/** A value as JSON would have it: Parquet's own integers, dates and absent struct fields are none of JSON's. */
function plain(value: unknown, field: string, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new RowProblem(field, `nests lists and objects more than ${MAX_DEPTH} levels deep`);
  if (value instanceof InvalidText) throw new RowProblem(field, value.problem.reason);
  if (typeof value === "bigint") {
    if (!Number.isSafeInteger(Number(value))) throw new RowProblem(field, `${value} is too large for a number in JSON; write it as text`);
    return Number(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) throw new RowProblem(field, "holds bytes where text is due");
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${field}[${index}]`, depth + 1));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, `${field}.${key}`, depth + 1)]));
  return value;
}
