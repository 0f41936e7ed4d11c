import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A whole Tiebreak as `npm run up` runs it, worker included, in a data folder of its own that is removed at the end. */
export type Up = { url: string; dataDir: string; startedAt: number; pid: number; workerPid: () => number; stop: () => Promise<void> };

export async function startUp(settings: Record<string, string> = {}): Promise<Up> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "tiebreak-up-"));
  await chmod(dataDir, 0o755);
  const startedAt = Date.now();
  const child = spawn(process.execPath, ["bin/up.mjs"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, LOG_LEVEL: "warn", PORT: "0", TIEBREAK_DATA_DIR: dataDir, ...settings },
  });
  const url = await addressOf(child);
  return { url, dataDir, startedAt, pid: child.pid ?? 0, workerPid: () => workerOf(child), stop: () => end(child, dataDir) };
}

function addressOf(child: ChildProcess): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk);
      output += chunk.toString();
      const found = /Tiebreak is up: +(\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`npm run up ended with ${code} before it was up.`)));
  });
}

/** The process that `npm run up` started as its worker: the child of the one that ends it together with `npm run up`. */
function workerOf({ pid }: ChildProcess): number {
  const childOf = (parent: number | undefined) =>
    Number(
      execFileSync("pgrep", ["-P", String(parent), "-f", "tiebreak_worker"], { encoding: "utf8" })
        .trim()
        .split("\n")[0],
    );
  return childOf(childOf(pid));
}

async function end(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    for (const signal of ["SIGCONT", "SIGTERM"] as const) child.kill(signal);
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
}
