import pino from "pino";
import { env } from "./env.server";
import { singleton } from "./singleton.server";

/** Structured log lines on standard output. Never log a prompt, a response, a password or a token. */
export const log = singleton("log", () => pino({ level: env.LOG_LEVEL, base: undefined }));
