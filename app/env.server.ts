import path from "node:path";
import { z } from "zod";
import { StartError } from "./start-error.mjs";

/**
 * Everything that the surroundings may set. This file alone reads process.env, so that a setting is found, typed,
 * documented (docs/operating.md, held by a test) and checked at start.
 */
export const settings = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 for every interface."),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).describe("Port to listen on."),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// address" })
    .optional()
    .describe("Another PostgreSQL server, in place of the embedded one."),
  TIEBREAK_DATA_DIR: z
    .string()
    .default(".data")
    .transform((dir) => path.resolve(dir))
    .describe("Folder of the embedded database, uploads, releases and models."),
  TIEBREAK_SEED: z
    .enum(["demo", "none"])
    .default("demo")
    .describe("demo: sample pools and accounts on an empty database. none: asks for the first admin in the browser."),
  TIEBREAK_ORIGIN: z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) => !URL.canParse(text) || text.replace(/\/$/, "") === new URL(text).origin,
      "must be an address without a path, such as https://prefs.example.org",
    )
    .transform((text) => new URL(text).origin)
    .optional()
    .describe("Public address, such as https://prefs.example.org, when a proxy stands in front."),
  TIEBREAK_TRUST_PROXY: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("How many proxies in front to believe about the client's address."),
  TIEBREAK_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(2)
    .default(900)
    .describe("Seconds that an annotator keeps a pair without a sign of life."),
  TIEBREAK_WORKER_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(6)
    .default(60)
    .describe("Seconds that a GPU worker keeps its job without a sign of life; it renews at a third."),
  TIEBREAK_DATABASE_POOL: z.coerce.number().int().min(2).default(20).describe("Database connections per process."),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .describe("Least level of log lines that are written."),
  LOG_FILE: z.string().optional().describe("File that log lines are appended to, in place of standard output."),
  TIEBREAK_WORKER: z.enum(["local", "none"]).default("local").describe("Whether `npm run up` starts a worker on this machine."),
  PYTHON: z.string().optional().describe("Python for the worker's environment."),
});

export type Env = z.infer<typeof settings>;

function read(): Env {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(
    ({ path: [name = ""], message }) => `${String(name)}${shown(given, String(name))} ${mustBe(message)}.`,
  );
  throw new StartError(`${wrong.join("\n")}\ndocs/operating.md says what each setting means.`);
}

/** An address may hold a password. */
const shown = (given: NodeJS.Dict<string>, name: string) => (name.endsWith("_URL") ? "" : ` is ${JSON.stringify(given[name])}; it`);

/** The validator's words for what people type here. */
function mustBe(message: string): string {
  const options = /^Invalid option: expected one of (.*)$/.exec(message)?.[1];
  if (options) return `must be one of ${options.replaceAll("|", ", ").replaceAll('"', "")}`;
  const [, bound, limit] = /^Too (small|big): expected number to be [<>]=(\S+)$/.exec(message) ?? [];
  if (bound) return `must be ${bound === "small" ? "at least" : "at most"} ${limit}`;
  if (/expected (number|int)/.test(message)) return "must be a whole number";
  return message === "Invalid URL" ? "must be an address such as https://prefs.example.org" : message;
}

export const env: Env = read();
