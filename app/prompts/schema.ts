import { z } from "zod";
import { toolCalls, type ToolCall } from "./tools";
import { plural } from "../ui/number";

export const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;
export type Role = (typeof ROLES)[number];
/**
 * A message, in the form of the OpenAI API and of Hugging Face's chat templates. `content` is always a text: where only
 * tools are called it is empty. `name` says who speaks, or which tool answers; `tool_call_id` which call.
 */
export type Message = { role: Role; content: string; name?: string; tool_calls?: ToolCall[]; tool_call_id?: string };

/** Longest text of one message or response, in UTF-16 units. */
export const MAX_TEXT = 2_000_000;

/**
 * Text that the database can keep exactly as it is: PostgreSQL has no U+0000, and half a surrogate pair would come
 * back as U+FFFD.
 */
export const storableText = z
  .string()
  .max(MAX_TEXT, `is longer than ${plural(MAX_TEXT, "character")}`)
  .refine((text) => !text.includes("\u0000"), "contains the character U+0000, which cannot be stored. Remove it")
  .refine((text) => !/\p{Surrogate}/u.test(text), "contains half of a surrogate pair, so it is not valid Unicode. Fix the encoding");

/** A text that says something: white space alone is no message, no response and no edit. */
export const writtenText = storableText.refine((text) => text.trim() !== "", "is empty");

const TEXT_PARTS = ["text", "input_text", "output_text"];

/** What is wrong with a content part, in words; undefined when it is a text. */
function partProblem(part: unknown): string | undefined {
  const { type, text, ...more } = (typeof part === "object" && part !== null ? part : {}) as Record<string, unknown>;
  if (typeof type === "string" && !TEXT_PARTS.includes(type))
    return /image/i.test(type) ? `is a picture (${type}); only text is taken` : `is of the type ${type}; only text is taken`;
  if (type === undefined || typeof text !== "string") return 'is not a text part such as {"type": "text", "text": "…"}';
  const [extra] = Object.keys(more);
  return extra && `has the field "${extra}", which a text part cannot keep`;
}

/**
 * The text of a message: a text, null (which says nothing), or text parts. Parts are joined with nothing in between,
 * as chat templates do, so the model reads the same, and a release has text in every row, as its readers need.
 */
const content = z.preprocess((value, context) => {
  if (value === null || value === undefined) return "";
  if (!Array.isArray(value)) return value;
  for (const [index, part] of value.entries()) {
    const problem = partProblem(part);
    if (problem) context.addIssue({ code: "custom", message: problem, path: [index] });
  }
  return value.map((part) => (part as { text?: string } | null)?.text ?? "").join("");
}, storableText);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
/** In messages, null and an empty list of calls say the same as a field that is not there; the OpenAI API writes them. */
const withoutNothing = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter(
          ([key, part]) => key === "content" || (part !== null && !(key === "tool_calls" && Array.isArray(part) && part.length === 0)),
        ),
      )
    : value;

/** A turn of a dialogue. Its text may be empty, because models do answer nothing. */
export const turn = z
  .preprocess(
    withoutNothing,
    z.strictObject({
      role: z.enum(ROLES, { error: `is none of ${ROLES.join(", ")}` }),
      content,
      name: storableText.optional(),
      tool_calls: toolCalls.optional(),
      tool_call_id: storableText.optional(),
    }),
  )
  .superRefine(({ role, tool_calls, tool_call_id }, context) => {
    const only = (field: string, of: Role) =>
      context.addIssue({ code: "custom", path: [field], message: `belongs to a message of the role ${of}, not ${role}` });
    if (tool_calls && role !== "assistant") only("tool_calls", "assistant");
    if (tool_call_id !== undefined && role !== "tool") only("tool_call_id", "tool");
  })
  .transform((message) => message as Message);

/** A message of a prompt. Only a tool may answer nothing, and only a call of tools goes without words. */
export const message = turn.superRefine(({ role, content: text, tool_calls }, context) => {
  if (text.trim() === "" && role !== "tool" && !tool_calls) context.addIssue({ code: "custom", path: ["content"], message: "is empty" });
});

/** What follows what: a message's role, or `calls` for an assistant that calls tools, and the roles that may come next. */
const NEXT: Record<"start" | "user" | "assistant" | "calls" | "tool", readonly Role[]> = {
  start: ["user"],
  user: ["assistant"],
  assistant: ["user"],
  calls: ["tool"],
  tool: ["tool", "assistant", "user"],
};
const RULE = "user and assistant take turns, beginning with user, and the results of tool calls follow the calls";

type Turn = Pick<Message, "role" | "tool_calls">;
const isPreface = (role: Role) => role === "system" || role === "developer";

/** What is wrong with the order of a prompt's messages, in words; undefined when nothing is. */
export function orderProblem(list: readonly Turn[]): string | undefined {
  const first = list.findIndex(({ role }) => !isPreface(role));
  if (first < 0) return "has no user message";
  let state: keyof typeof NEXT = "start";
  for (const [index, { role, tool_calls }] of list.entries()) {
    if (index < first) continue;
    const place = `message ${index + 1}`;
    if (isPreface(role)) return `${place} has the role ${role}; a ${role} message may only come first`;
    if (!NEXT[state].includes(role)) return `${place} has the role ${role} where ${NEXT[state].join(" or ")} is due; ${RULE}`;
    state = tool_calls ? "calls" : (role as "user" | "assistant" | "tool");
  }
  if (state === "user" || state === "tool") return undefined;
  return state === "calls"
    ? "ends on tool calls; a prompt ends on a user message or on a tool's result, which the responses answer"
    : "ends on an assistant message; a prompt ends on a user message or on a tool's result, which the responses answer";
}

/** A prompt: system and developer messages first, then user and assistant in turn, ending on the user or on a tool's result. */
export const messages = z
  .array(message)
  .min(1, "has no message")
  .max(1000, "has more than 1,000 messages")
  .superRefine((list, context) => {
    const problem = orderProblem(list);
    if (problem) context.addIssue({ code: "custom", message: problem });
  });
