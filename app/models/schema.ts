import { z } from "zod";

/** Names of models are shown, sorted and typed at the command line, so they stay on one line. */
const name = z
  .string()
  .trim()
  .min(1, "Give the model a name.")
  .max(100)
  .regex(/^[^\p{Cc}]+$/u, "Use one line.");

export const registerModel = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("checkpoint"),
    name,
    task: z.enum(["causal", "reward"]),
    path: z
      .string()
      .trim()
      .min(1, "Enter the folder on the worker's machine.")
      .max(1000)
      .regex(/^(\/|~|[A-Za-z]:)/, "Enter the whole path, such as /models/llama."),
    description: z.string().trim().max(2000).default(""),
  }),
  z.object({
    kind: z.literal("endpoint"),
    name,
    task: z.enum(["causal", "reward"]).default("causal"),
    baseUrl: z.string().trim().min(1, "Enter the address.").max(500),
    remoteName: z.string().trim().min(1, "Enter the model's name at the server.").max(300),
    key: z
      .string()
      .trim()
      .max(1000)
      .regex(/^[\x21-\x7e]*$/, "A key has no spaces and no characters beyond ASCII; copy it again.")
      .default(""),
    description: z.string().trim().max(2000).default(""),
  }),
]);
export type RegisterModel = z.output<typeof registerModel>;

export const listQuery = z.object({
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(25),
  sort: z.enum(["name", "createdAt", "sizeBytes"]).catch("createdAt"),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  task: z.enum(["causal", "reward"]).optional().catch(undefined),
  kind: z.enum(["checkpoint", "endpoint"]).optional().catch(undefined),
  archived: z.coerce.boolean().catch(false),
});
export type ListQuery = z.infer<typeof listQuery>;

/** One request from the playground. */
export const chatRequest = z.object({
  modelId: z.uuid(),
  messages: z
    .array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string().min(1).max(200_000) }))
    .min(1)
    .max(200),
  temperature: z.number().min(0).max(5).default(0.8),
  topP: z.number().gt(0).max(1).default(1),
  maxTokens: z.int().min(1).max(32_768).default(512),
  seed: z.int().min(0).optional(),
});
export type ChatRequest = z.output<typeof chatRequest>;
