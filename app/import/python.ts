/**
 * Reads what Python's repr() writes of lists, dicts, texts and numbers, and NumPy's of arrays: pandas puts these into the
 * cells of a CSV file. NumPy leaves out the commas between the items of an array. Undefined when the text is anything else.
 */
export function parsePython(text: string): unknown {
  try {
    const reader = new Reader(text);
    const value = reader.value(0);
    return reader.atEnd() ? value : undefined;
  } catch {
    return undefined;
  }
}

class NotPython extends Error {}

const WORDS: Record<string, unknown> = { None: null, True: true, False: false, nan: null, null: null, true: true, false: false };
const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", v: "\v" };
const CLOSING: Record<string, string> = { "[": "]", "(": ")" };
const DEPTH = 100;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.blank();
    return this.at === this.text.length;
  }

  value(depth: number): unknown {
    if (depth > DEPTH) throw new NotPython();
    this.blank();
    const char = this.text[this.at] ?? "";
    if (char === "{") return this.dict(depth);
    if (char === "[" || char === "(") return this.list(CLOSING[char] ?? "", depth);
    if (char === "'" || char === '"') return this.string(char);
    if (this.eat(/array\(/y)) return this.array(depth);
    const number = this.eat(/[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/iy);
    if (number !== undefined) return Number(number);
    const word = this.eat(/[A-Za-z]+/y) ?? "";
    if (!Object.hasOwn(WORDS, word)) throw new NotPython();
    return WORDS[word];
  }

  private dict(depth: number): object {
    const entries: [string, unknown][] = [];
    this.at += 1;
    for (this.blank(); this.text[this.at] !== "}"; this.comma("}")) {
      const key = this.value(depth + 1);
      this.blank();
      if (typeof key !== "string" || this.text[this.at] !== ":") throw new NotPython();
      this.at += 1;
      entries.push([key, this.value(depth + 1)]);
    }
    this.at += 1;
    return Object.fromEntries(entries);
  }

  private list(end: string, depth: number): unknown[] {
    const items: unknown[] = [];
    this.at += 1;
    for (this.blank(); this.text[this.at] !== end; this.blank()) {
      items.push(this.value(depth + 1));
      this.eat(/\s*,/y);
      if (this.at >= this.text.length) throw new NotPython();
    }
    this.at += 1;
    return items;
  }

  /** array([...], dtype=object) */
  private array(depth: number): unknown {
    const items = this.value(depth + 1);
    if (this.eat(/\s*(,\s*dtype=[^()[\]{}]*)?\)/y) === undefined) throw new NotPython();
    return items;
  }

  private comma(end: string): void {
    const found = this.eat(/\s*,\s*/y);
    this.blank();
    if (found === undefined && this.text[this.at] !== end) throw new NotPython();
  }

  private string(quote: string): string {
    let out = "";
    const plain = quote === "'" ? /[^'\\]*/y : /[^"\\]*/y;
    this.at += 1;
    for (;;) {
      out += this.eat(plain) ?? "";
      const char = this.text[this.at];
      if (char === undefined) throw new NotPython();
      this.at += 1;
      if (char === quote) return out;
      out += this.escape();
    }
  }

  private escape(): string {
    const code = this.eat(/x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y);
    if (code !== undefined) return String.fromCodePoint(parseInt(code.slice(1), 16));
    const char = this.text[this.at] ?? "";
    this.at += 1;
    // Python writes no other escapes; a backslash before anything else is itself.
    return ESCAPES[char] ?? `\\${char}`;
  }

  private blank(): void {
    this.eat(/\s+/y);
  }

  private eat(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found;
  }
}
