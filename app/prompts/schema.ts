import { z } from "zod";

export const ROLES = ["system", "user", "assistant"] as const;
export type Role = (typeof ROLES)[number];
export type Message = { role: Role; content: string };

/** Longest text of one message or response, in UTF-16 units. */
export const MAX_TEXT = 2_000_000;

/**
 * Text that the database can keep exactly as it is: PostgreSQL has no U+0000, and half a surrogate pair would come
 * back as U+FFFD.
 */
export const storableText = z
  .string()
  .max(MAX_TEXT, `is longer than ${MAX_TEXT.toLocaleString("en")} characters`)
  .refine((text) => !text.includes("\u0000"), "contains the character U+0000, which cannot be stored. Remove it")
  .refine((text) => !/\p{Surrogate}/u.test(text), "contains half of a surrogate pair, so it is not valid Unicode. Mend the encoding");

/** A text that says something: white space alone is no message, no response and no edit. */
export const writtenText = storableText.refine((text) => text.trim() !== "", "is empty");

export const message = z.strictObject({ role: z.enum(ROLES), content: writtenText });

/** What is wrong with the order of roles, in words; undefined when nothing is. */
export function orderProblem(roles: readonly string[]): string | undefined {
  const turns = roles[0] === "system" ? roles.slice(1) : roles;
  const offset = roles.length - turns.length;
  for (const [index, role] of turns.entries()) {
    const place = `message ${index + offset + 1}`;
    if (role === "system") return `${place} has the role system; a system message may only come first`;
    const expected = index % 2 === 0 ? "user" : "assistant";
    if (role !== expected)
      return `${place} has the role ${role} where ${expected} is due; user and assistant take turns, beginning with user`;
  }
  if (turns.length === 0) return "has no user message";
  if (turns.at(-1) !== "user") return "ends on an assistant message; a prompt ends on a user message, which the responses answer";
  return undefined;
}

/** A prompt: optionally a system message, then user and assistant in turn, ending on the user. */
export const messages = z
  .array(message)
  .min(1, "has no message")
  .max(1000, "has more than 1,000 messages")
  .superRefine((list, context) => {
    const problem = orderProblem(list.map(({ role }) => role));
    if (problem) context.addIssue({ code: "custom", message: problem });
  });
