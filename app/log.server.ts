import pino from "pino";
import { env } from "./env.server";
import { singleton } from "./singleton.server";

/** Structured log lines, on standard output or in LOG_FILE. Never log a prompt, a response, a password or a token. */
export const log = singleton("log", () => pino({ level: env.LOG_LEVEL, base: undefined }, destination()));

function destination() {
  if (!env.LOG_FILE) return pino.destination({ sync: true });
  const file = pino.destination({ dest: env.LOG_FILE, mkdir: true, mode: 0o600, sync: true });
  // A full disk must not end the process because of what it has to say about it.
  return file.on("error", () => undefined);
}
