/**
 * Reads Parquet's hybrid of run lengths and packed bits a piece at a time. A few bytes may stand for any number of values,
 * so they are never expanded as a whole.
 */
export class RleReader {
  private at = 0;
  private left = 0;
  private repeated: number | undefined;
  private bits = 0;
  private bitsHeld = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly width: number,
  ) {}

  /** The next values, as many as `into` has room for. Throws when there are fewer. */
  read(into: Int32Array): void {
    for (let filled = 0; filled < into.length;) {
      if (this.left === 0) this.nextRun();
      const count = Math.min(this.left, into.length - filled);
      if (this.repeated !== undefined) into.fill(this.repeated, filled, filled + count);
      else for (let index = 0; index < count; index++) into[filled + index] = this.packed();
      filled += count;
      this.left -= count;
    }
  }

  private nextRun(): void {
    // Whatever is left of a packed byte belongs to values that pad the run.
    this.bits = 0;
    this.bitsHeld = 0;
    const header = this.varint();
    if (header & 1) {
      this.repeated = undefined;
      this.left = (header >>> 1) * 8;
    } else {
      this.left = header >>> 1;
      this.repeated = 0;
      for (let byte = 0; byte < Math.ceil(this.width / 8); byte++) this.repeated |= this.byte() << (8 * byte);
    }
    if (this.left === 0) throw new Error("a run of no values");
  }

  private packed(): number {
    while (this.bitsHeld < this.width) {
      this.bits += this.byte() * 2 ** this.bitsHeld;
      this.bitsHeld += 8;
    }
    const size = 2 ** this.width;
    const value = this.bits % size;
    this.bits = Math.floor(this.bits / size);
    this.bitsHeld -= this.width;
    return value;
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
      if (shift > 28) throw new Error("a run that is too long");
    }
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error("fewer values than it says");
    return byte;
  }
}
