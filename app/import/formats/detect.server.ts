import { UserError } from "../../errors";
import type { Format } from "../schema";
import { openBytes } from "./bytes.server";
import { headOf, looksLikeHeader, readCsv } from "./csv.server";
import { layoutOf, readJson } from "./json.server";
import { readJsonl } from "./jsonl.server";
import { readParquet } from "./parquet.server";
import type { Source } from "./record";

const HEAD = 65_536;

/** Files that are something else, by their first bytes, and what to do about them. */
const OTHERS: [RegExp, string][] = [
  [/^(\xff\xfe|\xfe\xff)/, "is UTF-16. Save it as UTF-8"],
  [/^SQLite format 3/, "is an SQLite database. Export the rows as JSON Lines"],
  [/^ARROW1/, "is an Arrow file. Write it as Parquet or JSON Lines"],
  [/^BZh/, "is compressed with bzip2. Unpack it first: bunzip2 FILE"],
  [/^\xfd7zXZ/, "is compressed with xz. Unpack it first: unxz FILE"],
  [/^7z\xbc\xaf/, "is a 7-Zip archive. Unpack it first"],
  [/^.{257}ustar/s, "is a tar archive. Unpack it, and import the file that has the rows"],
  [/^\s*<(!doctype|html|\?xml)/i, "is a page or XML, not a file of rows. Was it saved from a browser?"],
  [/^version https:\/\/git-lfs/, "is a pointer of Git LFS, not the file itself. Fetch it first: git lfs pull"],
];

const unreadable = (message: string) => new UserError(message, 422, { code: "unreadable_file" });

/**
 * What a file is, by what stands in it; the name decides only between readings that are both possible. Throws
 * UserError for files that are none of the formats.
 */
export async function detectFormat(path: string, fileName: string): Promise<Format> {
  const { head, packed } = await readHead(path);
  if (head.length === 0) throw unreadable(`${fileName} is empty.`);
  const raw = head.toString("latin1");
  if (raw.startsWith("PAR1")) {
    if (packed)
      throw unreadable(
        `${fileName} is a Parquet file within a ${packed} file. Parquet is compressed by itself: unpack it and import the Parquet file.`,
      );
    return "parquet";
  }
  const other = OTHERS.find(([magic]) => magic.test(raw));
  if (other) throw unreadable(`${fileName} ${other[1]}.`);
  return detectText(head, fileName.replace(/\.(gz|gzip|zst|zstd|zip)$/i, ""));
}

function detectText(head: Buffer, fileName: string): Format {
  if (/\.parquet$/i.test(fileName)) throw unreadable(`${fileName} does not begin like a Parquet file. Is it cut off, or another format?`);
  const text = head.toString("utf8").replace(/^\uFEFF/, "").trimStart(); // prettier-ignore
  if (text === "") throw unreadable(`${fileName} holds nothing but white space.`);
  if (/^\{|^\[/.test(text) && !looksLikeHeader(text)) {
    refuseColumns(text, fileName);
    return layoutOf(head) ? "json" : "jsonl";
  }
  if (/\.(jsonl|ndjson|json)$/i.test(fileName)) return "jsonl";
  if (looksLikeHeader(text) || /\.(csv|tsv)$/i.test(fileName)) return "csv";
  throw unreadable(
    `${fileName} is neither JSON (a list, or one {…} per line), nor Parquet, nor CSV whose first line names columns such as prompt, chosen and rejected.`,
  );
}

/** What pandas writes unless it is told otherwise: the columns one after another, each as an object of its cells. */
function refuseColumns(text: string, fileName: string): void {
  const byCell = /^\{\s*"[^"]+"\s*:\s*\{\s*"0"\s*:/.test(text);
  const split = /^\{\s*"columns"\s*:\s*\[[^\]]*\]\s*,\s*"index"\s*:/.test(text);
  if (byCell || split)
    throw unreadable(
      `${fileName} is JSON by columns, as pandas writes it by itself. Write rows: df.to_json(FILE, orient="records", lines=True).`,
    );
}

async function readHead(path: string) {
  const bytes = await openBytes(path);
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= HEAD) break;
  }
  return { head: Buffer.concat(parts).subarray(0, HEAD), packed: bytes.packed };
}

/** The records of a file, one at a time and as slowly as they are taken. */
export async function* readRecords(format: Format, path: string): Source {
  if (format === "parquet") yield* readParquet(path);
  else if (format === "jsonl") yield* readJsonl(await openBytes(path));
  else {
    const { head } = await readHead(path);
    if (format === "csv") yield* readCsv(await openBytes(path), headOf(head));
    else {
      const layout = layoutOf(head);
      if (!layout) throw unreadable("The file has changed since it was received. Import it again.");
      yield* readJson(await openBytes(path, { start: layout.start }), layout);
    }
  }
}
