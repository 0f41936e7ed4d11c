import { jsonProblem, parseJsonText } from "../../json";
import { RowProblem, type BadRow } from "../problems";
import { plural } from "../../ui/number";

/**
 * One record of a file as its format sees it: its line (for Parquet its row), how many bytes of the file are behind it,
 * how long it is itself where that is another matter, and its value, or what is wrong with it.
 */
export type SourceRecord = { line: number; bytes: number; size?: number } & Outcome;
export type Outcome = { value: unknown } | { bad: Omit<BadRow, "line"> };
export type Source = AsyncGenerator<SourceRecord, void, undefined>;

/** Longest record that is read. A longer one is reported and passed over without ever being held in memory. */
export const MAX_RECORD = 16 * 1024 * 1024;
/** How much of a bad record goes into the file of bad rows. */
const KEPT_SOURCE = 20_000;

export const keptSource = (text: string): string =>
  text.length > KEPT_SOURCE ? `${text.slice(0, KEPT_SOURCE)}… (${plural(text.length, "character")})` : text;

/** Decodes UTF-8. Throws RowProblem on bytes that are none, instead of changing them into U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, field = ""): string {
  try {
    // ignoreBOM keeps a U+FEFF inside the text; the one at the head of a file is cut off by the readers.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new RowProblem(field, `is not valid UTF-8 at byte ${invalidAt(bytes)}. Save the file as UTF-8`);
  }
}

/** Where the bytes stop being UTF-8, found by decoding ever shorter beginnings. */
function invalidAt(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length];
  const decodes = (end: number) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decodes(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}

/** Reads the JSON of one record. */
export function parseJson(bytes: Buffer): Outcome {
  let text = "";
  try {
    text = decodeUtf8(bytes);
    return { value: parseJsonText(text) };
  } catch (error) {
    if (error instanceof RowProblem)
      return { bad: { field: error.field, reason: error.reason, source: keptSource(bytes.toString("utf8")) } };
    return { bad: { field: "", reason: notJson(text, error), source: keptSource(text) } };
  }
}

/** What is wrong with a text that is not JSON, with a guess at why. */
function notJson(text: string, error: unknown): string {
  if (/[:[,]\s*(NaN|-?Infinity)\b/.test(text)) return "has NaN or Infinity, which JSON does not know; write null instead";
  if (/^\s*\{\s*'/.test(text)) return "is a dictionary as Python prints it, not JSON; write the rows with json.dumps";
  return jsonProblem(error);
}
