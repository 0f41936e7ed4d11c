import { parseJsonText } from "../json";
import { readTemplate } from "./templates";
import { RowProblem, kindOf } from "./problems";
import { parsePython } from "./python";

/** How the speakers of a dialogue are called, here and in ShareGPT. */
const ROLES: Record<string, string> = { human: "user", prompter: "user", gpt: "assistant", chatgpt: "assistant", model: "assistant" };

/** Where a text goes that is meant as it stands, although it looks like something else. */
export const AS_IT_IS = 'For a text that is meant as it stands, write [{"role": "user", "content": "…"}]';

type Row = Record<string, unknown>;
const isObject = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value that a text is a notation of, in JSON or as Python and NumPy print it; undefined when it is just text. */
export function parseStructure(text: string): unknown {
  if (!/^\s*(\[|\{|\(|array\()/.test(text)) return undefined;
  try {
    return parseJsonText(text);
  } catch {
    return parsePython(text);
  }
}

/** A value where a list or an object is due: a text that is a notation of one is read as it. */
export function structured(value: unknown): unknown {
  return typeof value === "string" ? (parseStructure(value) ?? value) : value;
}

const isMessage = (item: unknown): boolean =>
  isObject(item) && (("role" in item && ("content" in item || "tool_calls" in item)) || ("from" in item && "value" in item));

function asMessage(item: unknown): unknown {
  if (!isObject(item)) return item;
  const { from, value, role, ...rest } = item;
  // In Parquet our own releases hold calls as JSON text.
  const calls = typeof item.tool_calls === "string" && { tool_calls: structured(item.tool_calls) };
  const speaker = role ?? from;
  const named = typeof speaker === "string" ? (ROLES[speaker.toLowerCase()] ?? speaker) : speaker;
  return "from" in item && "value" in item ? { role: named, content: value, ...rest, ...calls } : { ...item, role: named, ...calls };
}

/** Messages of a dialogue, also in ShareGPT's names; undefined when the value is none. */
export function asMessages(value: unknown): unknown[] | undefined {
  if (isMessage(value)) return [asMessage(value)];
  if (isObject(value) && Array.isArray(value.messages) && Object.keys(value).length === 1) return asMessages(value.messages);
  return Array.isArray(value) && value.length > 0 && value.every(isMessage) ? value.map(asMessage) : undefined;
}

/** A list of texts, such as the turns of LMSYS's tables; undefined when the value is none. */
export const asTurns = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string") ? (value as string[]) : undefined;

const BROKEN = /^\s*(array\(\s*)?[[{]\s*\{?\s*(['"])(role|from|content)\2\s*:/;

/**
 * A prompt or an answer: a text, or a list of messages. A text that is plainly the notation of messages, or a
 * chat template filled in, is read as messages. Throws RowProblem for what looks like it and cannot be read.
 */
export function readTurns(field: string, value: unknown): unknown {
  if (typeof value !== "string") return asMessages(value) ?? value;
  const found = parseStructure(value);
  const messages = asMessages(found) ?? readTemplate(field, value);
  if (messages) return messages;
  if (found === undefined && BROKEN.test(value))
    throw new RowProblem(field, `looks like a list of messages in the notation of JSON or Python, but is cut off or damaged. ${AS_IT_IS}`);
  return value;
}

/** Turns a list of texts without roles away, also one that is written down as text. */
export function refuseTurns(field: string, value: unknown): void {
  const turns = asTurns(structured(value));
  if (turns)
    throw new RowProblem(
      field,
      `is a list of ${turns.length === 1 ? "one text" : `${turns.length} texts`} that does not say who speaks. Write messages: [{"role": "user", "content": "…"}]. ${AS_IT_IS}`,
    );
  if (Array.isArray(value) && value.length === 0) throw new RowProblem(field, "is an empty list");
  if (typeof value !== "string" && !Array.isArray(value))
    throw new RowProblem(field, `is ${kindOf(value)} where a text or a list of messages is due`);
}
