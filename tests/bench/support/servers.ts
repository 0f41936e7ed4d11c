import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";

/** A web process as `npm run up` starts it, on a database that is there already. */
export class WebProcess {
  private child: ChildProcess | undefined;
  /** 0 while it is down. */
  port = 0;

  constructor(private readonly settings: Record<string, string>) {}

  async start(): Promise<void> {
    const child = spawn(process.execPath, ["--import", "tsx", "bin/serve.ts"], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, NODE_ENV: "production", LOG_LEVEL: "silent", TIEBREAK_SEED: "none", PORT: "0", ...this.settings },
    });
    this.child = child;
    this.port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message: { port: number }) => resolve(message.port));
      child.once("exit", (code) => reject(new Error(`A web process ended with ${code} before it was up. Was the application built?`)));
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.port = 0;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}

const agent = new Agent({ keepAlive: true });
const ORIGIN = { "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", Accept: "application/json" };

export type Reply = { status: number; body: string };

/** One request with a session. Rejects when the process died before it answered in full. */
export function send(port: number, path: string, cookie: string, body?: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const out = request({ host: "127.0.0.1", port, path, method, agent, headers: { ...ORIGIN, Cookie: cookie } }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      reply.on("aborted", () => reject(new Error("aborted")));
      reply.on("error", reject);
    });
    out.setTimeout(60_000, () => out.destroy(new Error("timeout")));
    out.on("error", reject);
    out.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
