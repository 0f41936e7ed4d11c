/** Length of a text: runs of characters between white space, and UTF-8 bytes. Neither needs a tokenizer. */
export type Length = { words: number; bytes: number };

export function lengthOf(text: string): Length {
  let words = 0;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const space = code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
    if (!space && !inside) words++;
    inside = !space;
  }
  return { words, bytes: Buffer.byteLength(text) };
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
