import { openBytes, type Bytes } from "./bytes.server";
import { MAX_RECORD, parseJson, type Outcome, type Source } from "./record";

const NEWLINE = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** How much of a line that is too long is kept for the report. */
const KEPT = 1024;

type Line = { bytes: Buffer; length: number };

/** The records of JSON Lines. Blank lines count as lines but are no records. Memory: one line, and one chunk. */
export async function* readJsonl(bytes: Bytes): Source {
  let number = 0;
  let consumed = 0;
  for await (const line of lines(bytes)) {
    number += 1;
    consumed += line.length;
    const record = readLine(number === 1 && line.bytes.subarray(0, 3).equals(BOM) ? { ...line, bytes: line.bytes.subarray(3) } : line);
    if (record) yield { line: number, bytes: bytes.position?.() ?? consumed, size: line.length, ...record };
  }
}

/** A file that we wrote ourselves. */
export async function* readLines(path: string): Source {
  yield* readJsonl(await openBytes(path));
}

const isBlank = (bytes: Buffer) => bytes.findIndex((byte) => byte > 0x20) === -1;

function readLine({ bytes, length }: Line): Outcome | undefined {
  if (length > MAX_RECORD + 1)
    return {
      bad: {
        field: "",
        reason: `is ${(length / 1e6).toFixed(0)} MB long; a line may have ${MAX_RECORD / 1024 / 1024} MB. Are line breaks missing?`,
        source: `${bytes.toString("utf8", 0, KEPT)}…`,
      },
    };
  return isBlank(bytes) ? undefined : parseJson(bytes);
}

/** Cuts a file at line feeds. Of a line beyond MAX_RECORD only the beginning is kept; `length` counts all of it. */
async function* lines(bytes: Bytes): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    if (length <= MAX_RECORD) parts.push(piece);
    length += piece.length;
    // A copy, so that the chunk it was cut from can go.
    if (length > MAX_RECORD && parts.length > 1) parts = [Buffer.from(parts[0]?.subarray(0, KEPT) ?? "")];
  };
  const finish = (): Line => {
    const line = { bytes: withoutReturn(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)), length };
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      length += 1;
      yield finish();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (length > 0) yield finish();
}

const withoutReturn = (bytes: Buffer) => (bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes);
