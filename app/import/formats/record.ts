import { RowProblem, type BadRow } from "../problems";

/**
 * One record of a file as its format sees it: its line (for Parquet its row), how many bytes of the file are behind it,
 * and its value, or what is wrong with it.
 */
export type SourceRecord = { line: number; bytes: number } & ({ value: unknown } | { bad: Omit<BadRow, "line"> });
export type Source = AsyncGenerator<SourceRecord, void, undefined>;

/** Longest record that is read. A longer one is reported and passed over without ever being held in memory. */
export const MAX_RECORD = 16 * 1024 * 1024;
/** How much of a bad record goes into the file of bad rows. */
const KEPT_SOURCE = 20_000;

export const keptSource = (text: string): string =>
  text.length > KEPT_SOURCE ? `${text.slice(0, KEPT_SOURCE)}… (${text.length.toLocaleString("en")} characters)` : text;

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

const JSON_CELLS = ["metadata", "responses", "gold", "votes", "models"];
const TEXT_CELLS = ["prompt", "chosen", "rejected", "edited"];

/** A table's cells hold texts: those that stand for lists and objects are read as JSON, and a prompt that is a JSON list of messages as one. */
export function readCells(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]): [string, unknown] => {
      if (typeof value !== "string") return [key, value];
      if (TEXT_CELLS.includes(key)) return [key, readMessagesCell(value)];
      if (JSON_CELLS.includes(key) && value.trim() !== "") return [key, readJsonCell(key, value)];
      return [key, value];
    }),
  );
}

function readJsonCell(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RowProblem(field, `is not JSON: ${(error as Error).message}`);
  }
}

function readMessagesCell(text: string): unknown {
  if (!/^\s*\[\s*\{/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    const isMessage = (item: unknown) => typeof item === "object" && item !== null && "role" in item && "content" in item;
    return Array.isArray(value) && value.every(isMessage) ? value : text;
  } catch {
    return text;
  }
}
