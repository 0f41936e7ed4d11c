import type { Utf8 } from "./utf8";

/** Length of a text: runs of characters between white space, and UTF-8 bytes. Neither needs a tokenizer. */
export type Length = { words: number; bytes: number };

export function lengthOf(text: Utf8): Length {
  let words = 0;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // Most bytes are neither at or below a blank nor the first of several.
    const width = code > 32 && code < 0xc2 ? 0 : spaceAt(text, index, code);
    if (width > 0) index += width - 1;
    else if (!inside) words++;
    inside = width === 0;
  }
  return { words, bytes: text.length };
}

/** How many bytes the white space at this place has: blank, tab, line ends, no-break space (C2 A0), ideographic space (E3 80 80). */
function spaceAt(text: Utf8, index: number, code: number): number {
  if (code === 32 || (code >= 9 && code <= 13)) return 1;
  if (code === 0xc2) return text.charCodeAt(index + 1) === 0xa0 ? 2 : 0;
  return code === 0xe3 && text.charCodeAt(index + 1) === 0x80 && text.charCodeAt(index + 2) === 0x80 ? 3 : 0;
}

export type LengthRow = {
  rows: number;
  /** Means per row. Prompt: the last user turn. Response: both of them, averaged. Example: all turns and both responses. */
  prompt: Length;
  response: Length;
  chosen: Length;
  rejected: Length;
  example: Length;
  /** Share of rows in which the chosen response is the longer one, in bytes; a tie counts as half. */
  chosenLonger: number;
};

const zero = (): Length => ({ words: 0, bytes: 0 });
const add = (sum: Length, length: Length) => {
  sum.words += length.words;
  sum.bytes += length.bytes;
};

/** Adds up lengths row by row; keeps no text. */
export class Lengths {
  private readonly sums = { prompt: zero(), chosen: zero(), rejected: zero(), example: zero() };
  private rows = 0;
  private longer = 0;

  /** `turns` are the lengths of the prompt's messages. */
  add(turns: readonly Length[], chosen: Length, rejected: Length): void {
    this.rows++;
    const last = turns.at(-1);
    if (last) add(this.sums.prompt, last);
    for (const length of [...turns, chosen, rejected]) add(this.sums.example, length);
    add(this.sums.chosen, chosen);
    add(this.sums.rejected, rejected);
    this.longer += chosen.bytes > rejected.bytes ? 1 : chosen.bytes === rejected.bytes ? 0.5 : 0;
  }

  result(): LengthRow {
    const { prompt, chosen, rejected, example } = this.sums;
    const mean = ({ words, bytes }: Length): Length => ({ words: tenth(words / this.rows), bytes: tenth(bytes / this.rows) });
    const both = { words: (chosen.words + rejected.words) / 2, bytes: (chosen.bytes + rejected.bytes) / 2 };
    return {
      rows: this.rows,
      prompt: mean(prompt),
      response: mean(both),
      chosen: mean(chosen),
      rejected: mean(rejected),
      example: mean(example),
      chosenLonger: Math.round((this.longer / this.rows) * 1000) / 1000,
    };
  }
}

const tenth = (value: number) => Math.round(value * 10) / 10;
