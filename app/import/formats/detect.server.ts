import { open } from "node:fs/promises";
import { UserError } from "../../errors";
import type { Format } from "../schema";
import { looksLikeHeader, readCsv } from "./csv.server";
import { readJsonl } from "./jsonl.server";
import { readParquet } from "./parquet.server";
import type { Source } from "./record";

const HEAD = 65_536;

/** Files that are something else, by their first bytes, and what to do about them. */
const OTHERS: [RegExp, string][] = [
  [/^\x1f\x8b/, "is compressed with gzip. Unpack it first: gunzip FILE"],
  [/^\x28\xb5\x2f\xfd/, "is compressed with zstd. Unpack it first: unzstd FILE"],
  [/^PK\x03\x04/, "is a ZIP archive or a spreadsheet. Unpack it, or save the sheet as CSV"],
  [/^(\xff\xfe|\xfe\xff)/, "is UTF-16. Save it as UTF-8"],
  [/^SQLite format 3/, "is an SQLite database. Export the rows as JSON Lines"],
];

/**
 * What a file is, by what stands in it; the name decides only between readings that are both possible. Throws
 * UserError for files that are none of the formats.
 */
export async function detectFormat(path: string, fileName: string): Promise<Format> {
  const head = await readHead(path);
  if (head.length === 0) throw new UserError(`${fileName} is empty.`);
  const raw = head.toString("latin1");
  if (raw.startsWith("PAR1")) return "parquet";
  const other = OTHERS.find(([magic]) => magic.test(raw));
  if (other) throw new UserError(`${fileName} ${other[1]}.`);
  if (/\.parquet$/i.test(fileName))
    throw new UserError(`${fileName} does not begin like a Parquet file. Is it cut off, or another format?`);
  const text = head
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (text === "") throw new UserError(`${fileName} holds nothing but white space.`);
  if (text.startsWith("{")) return "jsonl";
  if (text.startsWith("[") && !looksLikeHeader(text.split("\n", 1)[0] ?? ""))
    throw new UserError(`${fileName} is one JSON list. Import one object per line: jq -c '.[]' FILE > rows.jsonl`);
  if (/\.(jsonl|ndjson|json)$/i.test(fileName)) return "jsonl";
  if (looksLikeHeader(text.split(/\r?\n/, 1)[0] ?? "")) return "csv";
  throw new UserError(
    `${fileName} is neither JSON Lines (one {…} per line), nor Parquet, nor CSV whose first line names columns such as prompt, chosen and rejected.`,
  );
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const READERS: Record<Format, (path: string) => Source> = { jsonl: readJsonl, csv: readCsv, parquet: readParquet };

/** The records of a file, one at a time and as slowly as they are taken. */
export const readRecords = (format: Format, path: string): Source => READERS[format](path);
