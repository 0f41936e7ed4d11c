import type { Utf8 } from "./utf8";

/** "PGCOPY\n\377\r\n\0" and the flags; the length of an extension follows. */
const HEADER = 15;
const FIELD_COUNT = 2;
const FIELD_LENGTH = 4;
const NULL = -1;

/** Reads PostgreSQL's binary COPY format piece by piece. Holds at most one row that is not complete yet. */
export class CopyTuples {
  private pieces: Buffer[] = [];
  private held = 0;
  /** Below this many bytes the next row cannot be read, so nothing is tried. */
  private needed = HEADER + FIELD_LENGTH;
  private begun = false;

  /** The rows that are complete with this piece; each a list of fields. */
  *read(piece: Buffer): Generator<(Utf8 | null)[]> {
    this.pieces.push(piece);
    this.held += piece.length;
    if (this.held < this.needed) return;
    const bytes = this.pieces.length === 1 ? piece : Buffer.concat(this.pieces);
    let at = this.begun ? 0 : this.header(bytes);
    for (;;) {
      const row = this.tuple(bytes, at);
      if (typeof row === "number") {
        this.needed = row - at;
        break;
      }
      at = row.end;
      yield row.fields;
    }
    this.pieces = [bytes.subarray(at)];
    this.held = bytes.length - at;
  }

  private header(bytes: Buffer): number {
    this.begun = true;
    return HEADER + FIELD_LENGTH + bytes.readInt32BE(HEADER);
  }

  /** The row at this place, or the place to which bytes are needed to go on. */
  private tuple(bytes: Buffer, start: number): { fields: (Utf8 | null)[]; end: number } | number {
    let at = start + FIELD_COUNT;
    if (at > bytes.length) return at;
    const count = bytes.readInt16BE(start);
    // After the last row stands a count of -1, and then nothing: no further byte ever comes.
    if (count < 0) return Infinity;
    const fields = new Array<Utf8 | null>(count).fill(null);
    for (let index = 0; index < count; index++) {
      if (at + FIELD_LENGTH > bytes.length) return at + FIELD_LENGTH;
      const length = bytes.readInt32BE(at);
      at += FIELD_LENGTH;
      if (length === NULL) continue;
      if (at + length > bytes.length) return at + length;
      fields[index] = bytes.toString("latin1", at, at + length);
      at += length;
    }
    return { fields, end: at };
  }
}
