import { CsvError, parse, type Parser } from "csv-parse";
import { UserError } from "../../errors";
import { RowProblem, listed } from "../problems";
import { COLUMNS, FREE_TEXT } from "../shapes/columns";
import type { Bytes } from "./bytes.server";
import { MAX_RECORD, decodeUtf8, keptSource, type Outcome, type Source } from "./record";
import { plural } from "../../ui/number";

const DELIMITERS = [",", ";", "\t"] as const;
/** Excel's way of saying which separator follows, as a first line of its own. */
const SEPARATOR_LINE = /^"?sep=(.)"?\r?\n/i;
/** Columns in which programs put the number of the row. */
const INDEX_COLUMNS = ["", "Unnamed: 0", "__index_level_0__"];
/** What programs write where there is nothing. In a column of free text it may be what somebody said. */
const NOTHING = /^(nan|none|null|<na>|n\/a)$/i;

type Cells = { record: Buffer[]; info: { bytes: number } };
export type Head = { delimiter: string; skip: number; line: number };

/**
 * The records of a CSV file (RFC 4180, with comma, semicolon or tab) whose first line names the columns. Throws
 * UserError when the columns cannot be used, or when quotes do not match, after which no record can be told apart.
 */
export async function* readCsv(bytes: Bytes, { delimiter, skip, line }: Head): Source {
  const parser = parse({
    delimiter,
    encoding: null,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD,
  });
  let columns: (string | undefined)[] | undefined;
  let next = line;
  try {
    for await (const { record, info } of parsed(parser, bytes, skip)) {
      const at = { line: next, bytes: bytes.position?.() ?? info.bytes + skip };
      next += 1 + lineBreaks(record);
      if (record.length === 1 && record[0]?.length === 0) continue;
      if (!columns) columns = readColumns(record);
      else yield { ...at, size: record.reduce((sum, cell) => sum + cell.length, 0), ...readRecord(columns, record) };
    }
  } catch (error) {
    throw error instanceof CsvError ? new UserError(structure(error, next), 422, { code: "csv_damaged" }) : error;
  } finally {
    parser.destroy();
  }
}

/**
 * What the parser makes of the bytes. A stream that fails drops the records that it still holds, so they are all taken
 * out before it is given more.
 */
async function* parsed(parser: Parser, bytes: Bytes, skip: number): AsyncGenerator<Cells> {
  const taken = function* () {
    for (let cells = parser.read() as Cells | null; cells !== null; cells = parser.read() as Cells | null) yield cells;
  };
  let left = skip;
  for await (const chunk of bytes) {
    const piece = chunk.subarray(Math.min(left, chunk.length));
    left -= Math.min(left, chunk.length);
    const done = new Promise<void>((resolve, reject) => parser.write(piece, (error) => (error ? reject(error) : resolve())));
    done.catch(() => undefined);
    yield* taken();
    await done;
    yield* taken();
  }
  parser.end();
  yield* parser as AsyncIterable<Cells>;
}

/** Counted here, because the parser's own count takes \r\n within quotes for two. */
const lineBreaks = (cells: Buffer[]) => cells.reduce((sum, cell) => sum + cell.toString("latin1").split("\n").length - 1, 0);

function structure(error: CsvError, line: number): string {
  if (error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE")
    return `The record that begins on line ${line} opens a quote that is not closed, so nothing after it can be read. Rows before it were imported. Fix the quotes and import the file again; what is there already is passed over.`;
  return `The file cannot be read from line ${line} on: ${error.message}`;
}

/** How a table is separated, and where its first line begins: behind a byte order mark and a line that names the separator. */
export function headOf(head: Buffer): Head {
  const bom = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  const text = head.toString("utf8", bom);
  const named = SEPARATOR_LINE.exec(text);
  if (named) return { delimiter: named[1] ?? ",", skip: bom + named[0].length, line: 2 };
  const first = firstLine(text);
  const most = DELIMITERS.map((delimiter) => ({ delimiter, columns: first.split(delimiter).length, known: knownIn(first, delimiter) }));
  const [best] = most.sort((one, other) => other.known - one.known || other.columns - one.columns);
  return { delimiter: best?.delimiter ?? ",", skip: bom, line: 1 };
}

const firstLine = (text: string) => text.split(/\r?\n/, 1)[0] ?? "";
const knownIn = (line: string, delimiter: string) => line.split(delimiter).filter((cell) => COLUMNS.has(columnName(cell))).length;

/** Whether a first line names columns that an import knows, or which separator follows. */
export const looksLikeHeader = (text: string): boolean =>
  SEPARATOR_LINE.test(text) || DELIMITERS.some((delimiter) => knownIn(firstLine(text), delimiter) > 0);

/** The name of a column as rows have it. Whether it is written in capitals does not matter for names that we know. */
function columnName(cell: string): string {
  const name = cell.trim().replace(/^"(.*)"$/, "$1").trim(); // prettier-ignore
  const plain = name.toLowerCase().replace(/[\s-]+/g, "_");
  return COLUMNS.has(name) || !COLUMNS.has(plain) ? name : plain;
}

function readColumns(cells: Buffer[]): (string | undefined)[] {
  const columns = cells
    .map((cell) => cell.toString("utf8"))
    .map((cell) => (INDEX_COLUMNS.includes(cell.trim()) ? undefined : columnName(cell)));
  const twice = [...new Set(columns.filter((column, index) => column !== undefined && columns.indexOf(column) !== index))];
  if (twice.length > 0)
    throw new UserError(
      `The first line names ${listed(twice.map((column) => `"${column}"`))} twice. Remove or rename one of the columns.`,
      422,
      twice[0],
    );
  return columns;
}

function readRecord(columns: (string | undefined)[], cells: Buffer[]): Outcome {
  try {
    if (cells.length !== columns.length)
      throw new RowProblem("", `has ${plural(cells.length, "cell")} where the first line names ${plural(columns.length, "column")}`);
    const entries = columns.flatMap((column, index): [string, string][] => {
      if (column === undefined) return [];
      const text = decodeUtf8(cells[index] ?? Buffer.alloc(0), column);
      return isNothing(column, text) ? [] : [[column, text]];
    });
    return { value: Object.fromEntries(entries) };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return {
      bad: { field: error.field, reason: error.reason, source: keptSource(cells.map((cell) => cell.toString("utf8")).join(" | ")) },
    };
  }
}

/** An empty cell means that there is nothing, but an answer may be an empty text. */
function isNothing(column: string, text: string): boolean {
  const free = FREE_TEXT.test(column);
  return free
    ? text === "" && !/^(response|completion|output|answer|chosen|rejected|human_ref)/i.test(column)
    : text === "" || NOTHING.test(text);
}
