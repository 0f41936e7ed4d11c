import { format } from "node:util";
import { log } from "../log.server";

type Level = "debug" | "info" | "warn" | "error";
const through =
  (level: Level) =>
  (...said: unknown[]) =>
    log[level](format(...said));

/** Libraries and Node itself write lines of their own form to the console. Each becomes one line of the log. */
export function captureConsole(): void {
  const [info, warn, error, debug] = [through("info"), through("warn"), through("error"), through("debug")];
  Object.assign(console, { log: info, info, warn, error, debug });
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn({ err: warning }, warning.message));
}
