import { createReadStream } from "node:fs";
import { RowProblem } from "../problems";
import { MAX_RECORD, decodeUtf8, keptSource, type Source, type SourceRecord } from "./record";

const NEWLINE = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** How much of a line that is too long is kept for the report. */
const KEPT = 1024;

type Line = { bytes: Buffer; length: number };

/** The records of a JSON Lines file. Blank lines count as lines but are no records. Memory: one line, and one chunk. */
export async function* readJsonl(path: string): Source {
  let number = 0;
  let consumed = 0;
  for await (const line of lines(path)) {
    number += 1;
    consumed += line.length;
    const record = readLine(number === 1 && line.bytes.subarray(0, 3).equals(BOM) ? { ...line, bytes: line.bytes.subarray(3) } : line);
    if (record) yield { line: number, bytes: consumed, ...record };
  }
}

function readLine({
  bytes,
  length,
}: Line): (Partial<SourceRecord> & ({ value: unknown } | { bad: { field: string; reason: string } })) | undefined {
  if (length > MAX_RECORD + 1)
    return {
      bad: {
        field: "",
        reason: `is ${(length / 1e6).toFixed(0)} MB long; a line may have ${MAX_RECORD / 1024 / 1024} MB. Are line breaks missing?`,
        source: `${bytes.toString("utf8", 0, KEPT)}…`,
      },
    };
  try {
    const text = decodeUtf8(bytes);
    return text.trim() === "" ? undefined : parse(text);
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return { bad: { field: error.field, reason: error.reason, source: keptSource(bytes.toString("utf8")) } };
  }
}

function parse(text: string) {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { bad: { field: "", reason: `is not JSON: ${(error as Error).message}`, source: keptSource(text) } };
  }
}

/** Cuts a file at line feeds. Of a line beyond MAX_RECORD only the beginning is kept; `length` counts all of it. */
async function* lines(path: string): AsyncGenerator<Line> {
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
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
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
