import { z } from "zod";

export type Json = z.core.util.JSONType;
export type JsonObject = Record<string, Json>;

const jsonText = (value: unknown) => JSON.stringify(value);
/** Zod leaves this key out without a word, so it is refused before. */
const hasProto = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProto));

/** JSON that the database gives back as it was: no key that Zod loses, no character that PostgreSQL has not, at most 1 MB. */
export const storableJson = <T extends z.ZodType>(schema: T) =>
  z
    .unknown()
    .refine((value) => !hasProto(value), 'has a key called "__proto__", which cannot be stored')
    .pipe(schema)
    .refine(
      (value) => !/\\u0000/.test(jsonText(value)) && !/\\ud[89a-f]/i.test(jsonText(value)),
      "contains a character that cannot be stored",
    )
    .refine((value) => jsonText(value).length <= 1_000_000, "is larger than 1 MB");

export const jsonObject = storableJson(z.record(z.string(), z.json()));

/** A call of a function, in the form of the OpenAI API. `arguments` are JSON text there, and an object in Hugging Face's data; each is kept as it is. */
export const toolCall = storableJson(
  z.strictObject({
    id: z.string().optional(),
    type: z.literal("function", { error: 'is not "function"; other kinds of tool calls are not taken' }).optional(),
    function: z.strictObject({
      name: z.string().min(1, "is empty"),
      arguments: z.union([z.string(), z.record(z.string(), z.json())], { error: "are neither JSON text nor an object" }),
    }),
  }),
);
export type ToolCall = { id?: string; type?: "function"; function: { name: string; arguments: string | JsonObject } };

export const toolCalls = z.array(toolCall).max(1000, "are more than 1,000");

/** The tools that a prompt offers, each described by JSON of any form (a JSON Schema, in nearly all data). */
export const tools = storableJson(z.array(z.record(z.string(), z.json())).max(1000, "are more than 1,000"));
export type Tools = JsonObject[];

/** JSON in one canonical form, keys in order: the same value gives the same text, wherever its keys stood. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
