import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { CsvError, parse } from "csv-parse";
import { UserError } from "../../errors";
import { RowProblem, unknownField } from "../problems";
import { NATIVE_FIELDS, PREFERENCE_FIELDS } from "../schema";
import { MAX_RECORD, decodeUtf8, keptSource, readCells, type Source } from "./record";

/** Flat columns for the two responses of a comparison, for tables that a person fills in. */
const FLAT = ["model_a", "response_a", "model_b", "response_b", "gold_side", "gold_strength"] as const;
const KNOWN = [...new Set([...NATIVE_FIELDS, ...PREFERENCE_FIELDS, ...FLAT])];
const DELIMITERS = [",", ";", "\t"] as const;
/** Empty is a value in these columns; in all others it means that there is none. */
const MAY_BE_EMPTY = ["response_a", "response_b", "chosen", "rejected"];

type Cells = { record: Buffer[]; info: { bytes: number } };

/**
 * The records of a CSV file (RFC 4180, with comma, semicolon or tab) whose first line names the columns. Throws
 * UserError when the columns cannot be used, or when quotes do not match, after which no record can be told apart.
 */
export async function* readCsv(path: string): Source {
  const { delimiter, bom } = await readHead(path);
  const stream = createReadStream(path, { start: bom ? 3 : 0, highWaterMark: 256 * 1024 });
  const parser = parse({
    delimiter,
    encoding: null,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD,
  });
  stream.on("error", (error) => parser.destroy(error)).pipe(parser);
  let columns: string[] | undefined;
  let next = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<Cells>) {
      const at = { line: next, bytes: info.bytes + (bom ? 3 : 0) };
      next += 1 + lineBreaks(record);
      if (record.length === 1 && record[0]?.length === 0) continue;
      if (!columns) columns = readColumns(record);
      else yield { ...at, ...readRecord(columns, record) };
    }
  } catch (error) {
    throw error instanceof CsvError ? new UserError(structure(error, next), 422) : error;
  } finally {
    stream.destroy();
  }
}

/** Counted here, because the parser's own count takes \r\n within quotes for two. */
const lineBreaks = (cells: Buffer[]) => cells.reduce((sum, cell) => sum + cell.toString("latin1").split("\n").length - 1, 0);

function structure(error: CsvError, line: number): string {
  if (error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE")
    return `The record that begins on line ${line} opens a quote that is not closed, so nothing after it can be read. Rows before it were imported. Mend the quotes and import the file again; what is there already is passed over.`;
  return `The file cannot be read from line ${line} on: ${error.message}`;
}

async function readHead(path: string): Promise<{ delimiter: string; bom: boolean }> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16_384), 0, 16_384, 0);
    const bom = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
    const header = buffer.toString("utf8", bom ? 3 : 0, bytesRead).split(/\r?\n/, 1)[0] ?? "";
    const columns = (delimiter: string) => header.split(delimiter).filter((cell) => KNOWN.includes(columnName(cell))).length;
    const delimiter = DELIMITERS.reduce((best, other) => (columns(other) > columns(best) ? other : best));
    return { delimiter, bom };
  } finally {
    await file.close();
  }
}

/** Whether a first line names columns that an import knows. */
export const looksLikeHeader = (line: string): boolean =>
  DELIMITERS.some((delimiter) => line.split(delimiter).some((cell) => KNOWN.includes(columnName(cell))));

const columnName = (cell: string) =>
  cell
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();

function readColumns(cells: Buffer[]): string[] {
  const columns = cells.map((cell) => columnName(cell.toString("utf8")));
  for (const [index, column] of columns.entries()) {
    if (!KNOWN.includes(column))
      throw new UserError(`Column ${index + 1}, "${column}", ${unknownField(column, KNOWN)}, as JSON.`, 422, column);
    if (columns.indexOf(column) !== index) throw new UserError(`The column "${column}" is there twice.`, 422, column);
  }
  return columns;
}

function readRecord(columns: string[], cells: Buffer[]) {
  try {
    if (cells.length !== columns.length)
      throw new RowProblem("", `has ${cells.length} cells where the first line names ${columns.length} columns`);
    const entries = columns.map((column, index): [string, string] => [column, decodeUtf8(cells[index] ?? Buffer.alloc(0), column)]);
    return {
      value: nested(readCells(Object.fromEntries(entries.filter(([column, text]) => text !== "" || MAY_BE_EMPTY.includes(column))))),
    };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return {
      bad: { field: error.field, reason: error.reason, source: keptSource(cells.map((cell) => cell.toString("utf8")).join(" | ")) },
    };
  }
}

/** Turns the flat columns into the nested fields that rows have, and cells that hold numbers into numbers. */
function nested(row: Record<string, unknown>): Record<string, unknown> {
  const { model_a, response_a, model_b, response_b, gold_side, gold_strength, ...rest } = row;
  if (response_a !== undefined || response_b !== undefined || model_a !== undefined || model_b !== undefined) {
    if ("responses" in rest) throw new RowProblem("responses", "is given twice: as a list, and as response_a and response_b");
    rest.responses = [
      { model: model_a ?? "unknown", text: response_a },
      { model: model_b ?? "unknown", text: response_b },
    ];
  }
  if (gold_side !== undefined) rest.gold = { side: number("gold_side", gold_side), strength: gold_strength };
  for (const field of ["round", "margin", "agreement"]) if (rest[field] !== undefined) rest[field] = number(field, rest[field]);
  return rest;
}

function number(field: string, cell: unknown): number {
  const value = Number(cell);
  if (String(cell).trim() === "" || !Number.isFinite(value)) throw new RowProblem(field, `"${String(cell)}" is not a number`);
  return value;
}
