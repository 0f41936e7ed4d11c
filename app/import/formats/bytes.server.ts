import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../../errors";
import { plural } from "../../ui/number";
import { openZip } from "./zip.server";
import { unpackZstd } from "./zstd.server";

/** The bytes of a file, unpacked where it is packed, one chunk after another and as slowly as they are taken. */
export type Bytes = AsyncIterable<Buffer> & {
  /** How many bytes of the file itself have been read for the chunks so far; undefined when the chunks are the file. */
  position?: () => number;
  /** How the file is packed. */
  packed?: "gzip" | "zstd" | "zip";
};

const CHUNK = 256 * 1024;
/** What unpacks to more than so many times its size, and to more than this, was made to exhaust us. */
const MAX_RATIO = 200;
const FREE_BYTES = 256 * 1024 * 1024;

/** Opens a file for reading from `start` on, which counts in what it unpacks to. Throws UserError when it is packed in a way that is not read. */
export async function openBytes(path: string, { start = 0, free = FREE_BYTES } = {}): Promise<Bytes> {
  const unpacked = (packed: NonNullable<Bytes["packed"]>, source: Packed) => ({
    ...bounded(path, { start, free }, packed, source),
    packed,
  });
  const magic = (await readMagic(path)).toString("latin1");
  if (magic.startsWith("\x1f\x8b")) return unpacked("gzip", gunzip(path));
  if (/^\x28\xb5\x2f\xfd|^[\x50-\x5f]\x2a\x4d\x18/.test(magic)) return unpacked("zstd", unpackZstd(path));
  if (magic.startsWith("PK\x03\x04")) return unpacked("zip", await openZip(path));
  return createReadStream(path, { highWaterMark: CHUNK, start }) as AsyncIterable<Buffer>;
}

async function readMagic(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export type Packed = { chunks: AsyncIterable<Buffer>; position: () => number };

function gunzip(path: string): Packed {
  const source = createReadStream(path, { highWaterMark: CHUNK });
  const gunzipped = source.pipe(createGunzip({ chunkSize: CHUNK }));
  source.on("error", (error) => gunzipped.destroy(error));
  gunzipped.on("close", () => source.destroy());
  return { chunks: gunzipped as AsyncIterable<Buffer>, position: () => source.bytesRead };
}

function bounded(path: string, { start, free }: { start: number; free: number }, packed: string, { chunks, position }: Packed): Bytes {
  async function* read() {
    const { size } = await stat(path);
    let out = 0;
    try {
      for await (const chunk of chunks) {
        const skipped = Math.max(0, start - out);
        out += chunk.length;
        if (out > free && out > size * MAX_RATIO) throw tooMuch(packed);
        if (skipped < chunk.length) yield chunk.subarray(skipped);
      }
    } catch (error) {
      throw isDamage(error) ? damaged(packed, error) : error;
    }
  }
  return { [Symbol.asyncIterator]: read, position };
}

const tooMuch = (packed: string) =>
  new UserError(
    `The ${packed} file unpacks to more than ${plural(MAX_RATIO, "time")} its size. If that is right, unpack it yourself and import what comes out.`,
    422,
    {
      code: "unpacks_to_too_much",
    },
  );

/** Errors of zlib have codes that begin with Z_; fzstd's have numbers. */
const isDamage = (error: unknown): error is Error =>
  error instanceof Error && !(error instanceof UserError) && /^(Z_|\d)/.test(String((error as { code?: unknown }).code ?? ""));

const damaged = (packed: string, error: Error) =>
  new UserError(
    `The ${packed} file is damaged or cut off (${error.message}). What was read before is imported; pack or copy it again, then import it again.`,
    422,
    { code: "damaged_archive" },
  );
