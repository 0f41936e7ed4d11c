import { createReadStream } from "node:fs";
import { Decompress } from "fzstd";
import { UserError } from "../../errors";
import type { Packed } from "./bytes.server";

/** zstd's own limit, unless it is told otherwise. The window is memory that reading takes. */
const MAX_WINDOW = 128 * 1024 * 1024;
const RLE = 1;

/**
 * Unpacks a zstd file block by block. A block is 128 KB at most, so that what a few bytes unpack to never comes at once,
 * as it would if the library was given all that was read.
 */
export function unpackZstd(path: string): Packed {
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  async function* chunks() {
    const out: Buffer[] = [];
    let unpack: Decompress | undefined;
    for await (const { bytes, first } of blocks(source)) {
      if (first) unpack = new Decompress((data) => void out.push(Buffer.from(data)));
      unpack?.push(bytes);
      yield* out.splice(0);
    }
  }
  return { chunks: chunks(), position: () => source.bytesRead };
}

type Piece = { bytes: Buffer; first?: boolean };

/** The header and the blocks of each frame (RFC 8878, 3.1.1). */
async function* blocks(source: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  const reader = new Taker(source);
  for (let magic = await reader.take(4, true); magic.length > 0; magic = await reader.take(4, true)) {
    if ((magic.readUInt32LE() & 0xfffffff0) >>> 0 === 0x184d2a50) {
      await reader.skip((await reader.take(4)).readUInt32LE());
      continue;
    }
    if (magic.readUInt32LE() !== 0xfd2fb528) throw cutOff();
    const { header, checksum } = await frameHeader(reader);
    yield { bytes: Buffer.concat([magic, header]), first: true };
    for (let last = false; !last;) {
      const head = await reader.take(3);
      const bits = head.readUIntLE(0, 3);
      const size = bits >> 3;
      last = (bits & 1) === 1;
      yield { bytes: Buffer.concat([head, await reader.take(((bits >> 1) & 3) === RLE ? 1 : size)]) };
    }
    if (checksum) yield { bytes: await reader.take(4) };
  }
}

async function frameHeader(reader: Taker): Promise<{ header: Buffer; checksum: boolean }> {
  const first = await reader.take(1);
  const descriptor = first[0] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const rest = await reader.take((single ? 0 : 1) + dictionaryBytes + sizeBytes);
  const exponent = (rest[0] ?? 0) >> 3;
  const base = 2 ** (10 + exponent);
  const window = single ? contentSize(rest.subarray(dictionaryBytes)) : base + (base / 8) * ((rest[0] ?? 0) & 7);
  if (window > MAX_WINDOW)
    throw new UserError(
      "The zstd file was packed with a window of more than 128 MB (--long). Unpack it yourself: unzstd --long=31 FILE",
      422,
      {
        code: "zstd_window",
      },
    );
  return { header: Buffer.concat([first, rest]), checksum: (descriptor & 4) !== 0 };
}

function contentSize(bytes: Buffer): number {
  if (bytes.length === 8) return Number(bytes.readBigUInt64LE());
  return bytes.length === 2 ? bytes.readUInt16LE() + 256 : bytes.readUIntLE(0, bytes.length);
}

const cutOff = () => Object.assign(new Error("unexpected end or foreign data"), { code: 0 });

/** Takes so many bytes of a stream at a time. */
class Taker {
  private readonly chunks: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  async take(count: number, orNothing = false): Promise<Buffer> {
    while (this.held.length < count) {
      const { done, value } = await this.chunks.next();
      if (done) {
        if (orNothing && this.held.length === 0) return this.held;
        throw cutOff();
      }
      this.held = this.held.length === 0 ? value : Buffer.concat([this.held, value]);
    }
    const taken = this.held.subarray(0, count);
    this.held = this.held.subarray(count);
    return taken;
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) left -= (await this.take(Math.min(left, 65_536))).length;
  }
}
