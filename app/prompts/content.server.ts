import { createHash } from "node:crypto";
import type { Message, Role } from "./schema";
import { canonicalJson, type ToolCall, type Tools } from "./tools";

/** Characters of a prompt that lists show and search looks through. A tsvector may not exceed 1 MB. */
const EXCERPT = 4000;

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/**
 * SHA-256 of a prompt in its one canonical form: a JSON array of {"role", "content"}, in this order, no spaces, with
 * what else a message has behind them. A prompt that offers tools is an object of messages and tools.
 */
export function contentHash(messages: readonly Message[], tools?: Tools): string {
  const list = messages.map(messageJson).join(",");
  return sha256(tools ? `{"messages":[${list}],"tools":${canonicalJson(tools)}}` : `[${list}]`);
}

function messageJson({ role, content, ...more }: Message): string {
  const text = JSON.stringify({ role, content });
  const rest = canonicalJson(more);
  return rest === "{}" ? text : `${text.slice(0, -1)},${rest.slice(1)}`;
}

/** SHA-256 of a response: of its text, and of the calls behind it where there are some. U+0000 is in no text, so neither passes for the other. */
export const responseHash = (text: string, toolCalls?: readonly ToolCall[]): string =>
  sha256(toolCalls ? `${text}\u0000${canonicalJson(toolCalls)}` : text);

/** Roles that every reader of dialogues knows. */
const PLAIN = new Set<Role>(["system", "user", "assistant"]);

/** The columns of a prompt that follow from its messages and tools. */
export function promptColumns(messages: readonly Message[], tools?: Tools) {
  const last = messages.findLast(({ role }) => role === "user");
  return {
    contentHash: contentHash(messages, tools),
    excerpt: truncate(last?.content ?? "", EXCERPT),
    turns: messages.filter(({ role }) => role === "user").length,
    extended: tools !== undefined || messages.some((message) => !PLAIN.has(message.role) || Object.keys(message).length > 2),
  };
}

/** At most `length` UTF-16 units, never ending in half a character. */
function truncate(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}
