import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const program = (command: string) => ["--import", "tsx", "tests/support/embedded-child.ts", command];
const environment = (dataDir: string) => ({ ...process.env, TIEBREAK_DATA_DIR: dataDir, DATABASE_URL: "" });

/** Starts the embedded database of a data folder in a process of its own, which then leaves it running; or stops it. */
export async function embeddedProcess(dataDir: string, command: "start" | "stop" = "start"): Promise<string> {
  return (await promisify(execFile)(process.execPath, program(command), { env: environment(dataDir) })).stdout;
}

/** A process that has started the embedded database and done nothing with it yet. */
export async function embeddedUser(dataDir: string): Promise<{ url: string; kill: () => Promise<unknown> }> {
  const child = spawn(process.execPath, program("stay"), { env: environment(dataDir), stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await once(child.stdout, "data")) as [Buffer];
  return {
    url: String(url),
    kill: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
