import type { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { UserError } from "../../errors";
import type { Packed } from "./bytes.server";
import { plural } from "../../ui/number";

const STORED = 0;
const DEFLATED = 8;
/** What systems put beside the files that people pack. */
const CLUTTER = /^__MACOSX\/|(^|\/)(\.[^/]*|Thumbs\.db)$|\/$/;
const MAX_ENTRIES = 10_000;

const refuse = (message: string) => new UserError(message, 422, { code: "zip" });

/** The one file in a ZIP archive. Throws UserError when there are several, or none that can be read. */
export async function openZip(path: string): Promise<Packed> {
  const zip = await openPromise(path, { autoClose: false }).catch((error: Error) => {
    throw refuse(`The ZIP archive cannot be read: ${error.message}. Pack it again, or import what is in it.`);
  });
  try {
    const entry = onlyFile(await filesOf(zip));
    const stream = await zip.openReadStreamPromise(entry, { decodeFileData: false });
    stream.on("close", () => zip.close());
    return inflated(entry, stream);
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function filesOf(zip: ZipFile): Promise<Entry[]> {
  const files: Entry[] = [];
  let seen = 0;
  for await (const entry of zip.eachEntry()) {
    if (++seen > MAX_ENTRIES) throw refuse("The ZIP archive holds more than 10,000 files. Import the one that has the rows.");
    if (entry.fileName === "[Content_Types].xml")
      throw refuse("This is a spreadsheet or a document of an office program. Save the sheet as CSV.");
    if (!CLUTTER.test(entry.fileName)) files.push(entry);
  }
  return files;
}

function onlyFile(files: Entry[]): Entry {
  const [entry, ...more] = files;
  if (!entry) throw refuse("The ZIP archive holds no file.");
  if (more.length > 0) {
    const names = files.slice(0, 10).map(({ fileName }) => fileName);
    const further = files.length > names.length ? ` and ${files.length - names.length} more` : "";
    throw refuse(
      `The ZIP archive holds ${plural(files.length, "file")}: ${names.join(", ")}${further}. Unpack it and import the ones that you mean.`,
    );
  }
  if (entry.isEncrypted()) throw refuse(`${entry.fileName} in the ZIP archive is encrypted. Unpack it first.`);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw refuse(
      `${entry.fileName} in the ZIP archive is packed by a method that is not read here (${entry.compressionMethod}). Unpack it first.`,
    );
  return entry;
}

function inflated(entry: Entry, stream: Readable): Packed {
  let read = entry.relativeOffsetOfLocalHeader;
  stream.on("data", (chunk: Buffer) => (read += chunk.length)).pause();
  if (entry.compressionMethod === STORED) return { chunks: stream as AsyncIterable<Buffer>, position: () => read };
  const out = stream.pipe(createInflateRaw({ chunkSize: 256 * 1024 }));
  stream.on("error", (error) => out.destroy(error));
  out.on("close", () => stream.destroy());
  return { chunks: out as AsyncIterable<Buffer>, position: () => read };
}
