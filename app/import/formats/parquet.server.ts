import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type FileMetaData } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { UserError } from "../../errors";
import { RowProblem } from "../problems";
import { decodeUtf8, readCells, type Source } from "./record";

/** A row group is decoded as a whole, so this bounds the memory of an import. */
const MAX_GROUP_BYTES = 512 * 1024 * 1024;

/** Stands for a text whose bytes are not UTF-8, until its row is read and reported. */
class InvalidText {
  constructor(readonly problem: RowProblem) {}
}

const parsers = {
  stringFromBytes: (bytes: Uint8Array | undefined) => {
    if (!bytes) return undefined;
    try {
      return decodeUtf8(bytes);
    } catch (error) {
      return new InvalidText(error as RowProblem);
    }
  },
};

/** The rows of a Parquet file, one row group in memory at a time. Throws UserError when the file is cut off or damaged. */
export async function* readParquet(path: string): Source {
  const file = await asyncBufferFromFile(path);
  const metadata = await readFooter(file);
  let rowStart = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    if (group.total_byte_size > MAX_GROUP_BYTES)
      throw new UserError(
        `Row group ${index + 1} holds ${(Number(group.total_byte_size) / 1e6).toFixed(0)} MB, too much to read at once. Write the file with smaller row groups, such as row_group_size=10000.`,
      );
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, compressors, parsers, rowStart, rowEnd }).catch((error: Error) => {
      throw new UserError(
        `Row group ${index + 1} (rows ${rowStart + 1} to ${rowEnd}) is damaged: ${error.message}. Rows before it were imported.`,
      );
    });
    for (const [offset, row] of rows.entries()) {
      const bytes = Math.floor((file.byteLength * (rowStart + offset + 1)) / Math.max(1, Number(metadata.num_rows)));
      yield { line: rowStart + offset + 1, bytes, ...readObject(row) };
    }
    rowStart = rowEnd;
  }
}

async function readFooter(file: Awaited<ReturnType<typeof asyncBufferFromFile>>): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(file, { parsers });
  } catch (error) {
    throw new UserError(
      `The Parquet file has no readable end (${(error as Error).message}), so it was cut off or damaged. Copy or write it again.`,
    );
  }
}

function readObject(row: Record<string, unknown>) {
  try {
    return { value: readCells(Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value, key)]))) };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return { bad: { field: error.field, reason: error.reason } };
  }
}

/** A value as JSON would have it: Parquet's own integers, dates and absent struct fields are none of JSON's. */
function plain(value: unknown, field: string): unknown {
  if (value instanceof InvalidText) throw new RowProblem(field, value.problem.reason);
  if (typeof value === "bigint") {
    if (!Number.isSafeInteger(Number(value))) throw new RowProblem(field, `${value} is too large for a number in JSON; write it as text`);
    return Number(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) throw new RowProblem(field, "holds bytes where text is due");
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${field}[${index}]`));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, `${field}.${key}`)]));
  return value;
}
