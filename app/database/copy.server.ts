import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from } from "pg-copy-streams";

export type CopyValue = string | number | bigint | boolean | Date | null;

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const CHUNK = 64 * 1024;

/** One value in PostgreSQL's text format of COPY. JSON columns take the text of the JSON. */
export function copyValue(value: CopyValue): string {
  if (value === null) return "\\N";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (value instanceof Date) return value.toISOString();
  return String(value).replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char);
}

/** Writes rows with COPY, which is several times as fast as INSERT. Columns that are not named get their defaults. */
export async function copyRows(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  rows: readonly CopyValue[][],
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map((column) => `"${column}"`).join(", ");
  await pipeline(Readable.from(chunks(rows), { objectMode: false }), client.query(from(`COPY "${table}" (${names}) FROM STDIN`)));
}

function* chunks(rows: readonly CopyValue[][]): Generator<Buffer> {
  let text = "";
  for (const row of rows) {
    text += `${row.map(copyValue).join("\t")}\n`;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text) yield Buffer.from(text);
}
