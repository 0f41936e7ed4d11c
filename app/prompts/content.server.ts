import { createHash } from "node:crypto";
import type { Message } from "./schema";

/** Characters of a prompt that lists show and search looks through. A tsvector may not exceed 1 MB. */
const EXCERPT = 4000;

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** SHA-256 of the messages in their one canonical form: a JSON array of {"role", "content"}, in this order, no spaces. */
export function contentHash(messages: readonly Message[]): string {
  return sha256(JSON.stringify(messages.map(({ role, content }) => ({ role, content }))));
}

/** The columns of a prompt that follow from its messages. */
export function promptColumns(messages: readonly Message[]) {
  const last = messages.findLast(({ role }) => role === "user");
  return {
    contentHash: contentHash(messages),
    excerpt: truncate(last?.content ?? "", EXCERPT),
    turns: messages.filter(({ role }) => role === "user").length,
  };
}

/** At most `length` UTF-16 units, never ending in half a character. */
function truncate(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}
