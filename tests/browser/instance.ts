import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A whole Tiebreak of its own: data folder, embedded database, web process. */
export type Instance = { url: string; dataDir: string; restart: () => Promise<void>; kill: () => Promise<void>; stop: () => Promise<void> };

export async function startInstance(settings: Record<string, string> = {}): Promise<Instance> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "tiebreak-browser-"));
  let running = await startServer(dataDir, "0", settings);
  const port = running.port;
  const end = async (signal: NodeJS.Signals) => {
    running.expectEnd();
    if (running.child.exitCode !== null || running.child.signalCode !== null) return;
    const ended = new Promise((resolve) => running.child.once("exit", resolve));
    running.child.kill(signal);
    await ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGTERM");
      running = await startServer(dataDir, port, settings);
    },
    stop: async () => {
      // After a kill -9 the database still runs; a clean start and stop ends it.
      if (running.child.signalCode === "SIGKILL") running = await startServer(dataDir, port, settings);
      await end("SIGTERM");
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startServer(
  dataDir: string,
  port: string,
  settings: Record<string, string>,
): Promise<{ child: ChildProcess; port: string; expectEnd: () => void }> {
  const child = spawn(process.execPath, ["--import", "tsx", "bin/serve.ts"], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      TIEBREAK_SEED: "none",
      // Of the world that a test has opened in this process; the server has a database of its own.
      DATABASE_URL: "",
      ...settings,
      PORT: port,
      TIEBREAK_DATA_DIR: dataDir,
    },
  });
  let output = "";
  // A server that dies in the middle of a test is never seen by it but as a connection that fails.
  const died = (code: number | null) => console.error(`The server ended by itself with ${code}:\n${output.slice(-10_000)}`);
  const expectEnd = () => void child.off("exit", died);
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return await new Promise((resolve, reject) => {
    child.once("message", (message: { port: number }) => {
      child.on("exit", died);
      resolve({ child, port: String(message.port), expectEnd });
    });
    child.once("exit", (code) => reject(new Error(`The server ended with ${code} before it was up:\n${output}`)));
  });
}
