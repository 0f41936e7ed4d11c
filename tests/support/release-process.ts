import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";

/**
 * Makes the release with this id in a process of its own, which may be killed or given limits. `shell` is a command
 * line in which "$@" stands for the process. Its output comes with the exit.
 */
export function releaseProcess(id: string, { dataDir, shell = 'exec "$@"' }: { dataDir: string; shell?: string }) {
  const command = [process.execPath, "--import", "tsx", "tests/support/release-child.ts", id];
  const child = spawn("bash", ["-c", shell, "bash", ...command], {
    env: { ...process.env, TIEBREAK_DATA_DIR: dataDir, LOG_LEVEL: "silent" },
  });
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.on("exit", (code) => resolve({ code, output })));
  return { child, ended };
}

/** Waits until a release in the making has begun to write. */
export async function beginsToWrite(dataDir: string): Promise<string> {
  const releases = path.join(dataDir, "releases");
  for (;;) {
    const making = (await readdir(releases).catch(() => [] as string[])).find((name) => name.startsWith(".making-"));
    const files = making ? await readdir(path.join(releases, making)).catch(() => [] as string[]) : [];
    if (making && files.length > 0) return path.join(releases, making);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
