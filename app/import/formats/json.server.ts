import { UserError } from "../../errors";
import type { Bytes } from "./bytes.server";
import { MAX_RECORD, keptSource, parseJson, type Outcome, type Source } from "./record";

/** How the rows lie in a file of JSON that is not one row per line. */
export type Layout = { kind: "list" | "objects"; start: number; line: number };

/** Names under which a file's one object may hold its rows. */
const WRAPPERS = ["data", "rows", "records", "items", "examples", "instances", "samples", "results", "tasks", "dataset", "train", "validation", "test"]; // prettier-ignore
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * How the beginning of a file lays out its rows; undefined for one row per line. A list of rows, an object that holds
 * one under a usual name, or objects that go over several lines. `start` is where in the file to begin to read.
 */
export function layoutOf(head: Buffer): Layout | undefined {
  const text = head.toString("latin1");
  const start = /^(\xef\xbb\xbf)?\s*/.exec(text)?.[0].length ?? 0;
  const layout = (kind: Layout["kind"], at: number): Layout => ({ kind, start: at, line: text.slice(0, at).split("\n").length });
  if (text[start] === "[") return layout("list", start);
  if (text[start] !== "{") return undefined;
  const end = endOfFirst(text, start);
  const wrapped = /^\s*\{/.test(text.slice(end)) ? undefined : wrapperAt(text, start, end);
  if (wrapped !== undefined) return layout("list", wrapped);
  return overSeveralLines(text.slice(start)) ? layout("objects", start) : undefined;
}

/** Where the first object ends; where the text ends, when it goes on beyond it. */
function endOfFirst(text: string, start: number): number {
  const scanner = new Scanner();
  for (let at = start; at < text.length; at++) {
    scanner.step(text.charCodeAt(at));
    if (scanner.depth === 0) return at + 1;
  }
  return text.length;
}

/** Where the list begins that the first object holds under one of the usual names, when it is a list of objects. */
function wrapperAt(text: string, start: number, end: number): number | undefined {
  const key = new RegExp(`"(${WRAPPERS.join("|")})"\\s*:\\s*(?=\\[\\s*\\{)`, "g");
  const scanner = new Scanner();
  let at = start;
  for (let found = key.exec(text); found && found.index < end; found = key.exec(text)) {
    for (; at < found.index; at++) scanner.step(text.charCodeAt(at));
    if (scanner.depth === 1 && !scanner.inText) return found.index + found[0].length;
  }
  return undefined;
}

/** A first line that is no whole object and is not followed by one that looks like a row of its own. */
function overSeveralLines(text: string): boolean {
  const end = text.search(/\r?\n/);
  if (end === -1) return false;
  const first = text.slice(0, end);
  try {
    JSON.parse(first);
    return false;
  } catch {
    const next = text.slice(end).trimStart();
    return next.startsWith('"') || /^[}\]]/.test(next) || (first.trim() === "{" && next === "");
  }
}

/** Follows JSON byte by byte: how deep it is, and whether within a text. */
class Scanner {
  depth = 0;
  inText = false;
  private escaped = false;

  step(byte: number): void {
    if (this.inText) {
      if (this.escaped) this.escaped = false;
      else if (byte === 0x5c) this.escaped = true;
      else if (byte === 0x22) this.inText = false;
    } else if (byte === 0x22) this.inText = true;
    else if (byte === 0x7b || byte === 0x5b) this.depth += 1;
    else if (byte === 0x7d || byte === 0x5d) this.depth -= 1;
  }
}

/** The values of a list, or objects one after another, however they are laid out. Memory: one value, and one chunk. */
export async function* readJson(bytes: Bytes, { kind, start, line: first }: Layout): Source {
  const cutter = new Cutter(kind === "list" ? 1 : 0, first);
  let consumed = start;
  for await (const chunk of bytes) {
    for (const { value, line, end } of cutter.take(chunk))
      yield { line, bytes: bytes.position?.() ?? consumed + end, size: value.length, ...read(value) };
    consumed += chunk.length;
    if (cutter.ended) return;
  }
  const open = cutter.rest();
  if (open === undefined && (kind === "objects" || cutter.ended)) return;
  throw new UserError(
    open === undefined
      ? "The list of rows does not end: the file was cut off. The rows before that were imported. Copy or write it again, then import it again."
      : `The row that begins on line ${open} does not end: a bracket or a quote is missing there, or the file was cut off. The rows before it were imported. Fix the file and import it again.`,
    422,
    { code: "json_not_closed" },
  );
}

function read(value: Cut["value"]): Outcome {
  if (Buffer.isBuffer(value)) return parseJson(value);
  const reason = `is ${(value.length / 1e6).toFixed(0)} MB long; a row may have ${MAX_RECORD / 1024 / 1024} MB`;
  return { bad: { field: "", reason, source: keptSource(value.head) } };
}

const [COMMA, END_OF_LIST, END_OF_OBJECT, QUOTE] = [0x2c, 0x5d, 0x7d, 0x22];
const isEnd = (byte: number) => byte === COMMA || byte === END_OF_LIST;
const isClosing = (byte: number) => byte === END_OF_OBJECT || byte === END_OF_LIST || byte === QUOTE;

type Cut = { value: Buffer | { length: number; head: string }; line: number; end: number };

/** Cuts values out at one depth. Of a value beyond MAX_RECORD only the beginning is kept. */
class Cutter {
  private readonly scanner = new Scanner();
  private parts: Buffer[] = [];
  private length = 0;
  private line: number;
  private begun: number | undefined;
  ended = false;

  constructor(
    private readonly at: number,
    line: number,
  ) {
    this.line = line;
  }

  /** The line on which a value begins that has not ended. */
  rest(): number | undefined {
    return this.begun;
  }

  *take(chunk: Buffer): Generator<Cut> {
    let from = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      const between = this.isBetween();
      if (between && this.begun === undefined && this.begins(byte)) {
        this.begun = this.line;
        from = index;
        // A number, true or null ends where the next value or the list does.
      } else if (between && this.begun !== undefined && isEnd(byte)) yield this.finish(chunk.subarray(from, index), index);
      if (byte === 0x0a) this.line += 1;
      this.scanner.step(byte);
      if (this.at === 1 && this.scanner.depth === 0) {
        this.ended = true;
        return;
      }
      if (this.begun !== undefined && isClosing(byte) && this.isBetween()) yield this.finish(chunk.subarray(from, index + 1), index + 1);
    }
    if (this.begun !== undefined) this.keep(chunk.subarray(from));
  }

  private isBetween(): boolean {
    return this.scanner.depth === this.at && !this.scanner.inText;
  }

  private begins(byte: number): boolean {
    return !isSpace(byte) && byte !== COMMA && !(this.at === 1 && byte === END_OF_LIST);
  }

  private keep(piece: Buffer): void {
    if (this.length <= MAX_RECORD) this.parts.push(piece);
    this.length += piece.length;
    if (this.length > MAX_RECORD && this.parts.length > 1) this.parts = [Buffer.from(this.parts[0]?.subarray(0, 1024) ?? "")];
  }

  private finish(piece: Buffer, end: number): Cut {
    this.keep(piece);
    const line = this.begun ?? this.line;
    const [first] = this.parts;
    const value =
      this.length > MAX_RECORD ? { length: this.length, head: first?.toString("utf8", 0, 1024) ?? "" } : Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    this.begun = undefined;
    return { value, line, end };
  }
}
