import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Starts the embedded database of a data folder in a process of its own, which then leaves it running; or stops it. */
export async function embeddedProcess(dataDir: string, command: "start" | "stop" = "start"): Promise<string> {
  const env = { ...process.env, TIEBREAK_DATA_DIR: dataDir, DATABASE_URL: "" };
  const program = ["--import", "tsx", "tests/support/embedded-child.ts", command];
  return (await promisify(execFile)(process.execPath, program, { env })).stdout;
}
