import pg from "pg";
import { SESSION } from "../database/session";
import { failureOf, type Failure } from "./failure";
import type { ReleaseJob } from "./publish.server";
import { makeAndPublish } from "./publish.server";

/**
 * The program that makes one release, started by child.server.ts with an IPC channel. It loads neither the application nor
 * Prisma, and takes everything that it has to know from the first message.
 */
export type ToChild = { make: ReleaseJob; databaseUrl: string } | { stop: string };
export type FromChild = { progress: Record<string, number> } | { done: Usage } | { failed: Failure };
/** What the process took: seconds of processor time, and its greatest resident size in MiB, before and after its work. */
export type Usage = { cpuSeconds: number; startMb: number; peakMb: number };

const peak = () => Math.round(process.resourceUsage().maxRSS / 1024);
const control = new AbortController();

process.on("message", (message: ToChild) => {
  if ("stop" in message) control.abort(message.stop);
  else void start(message.make, message.databaseUrl);
});
// Whoever asked for the release is gone: to go on would be to work beside the process that takes it up again.
process.on("disconnect", () => process.exit(1));

async function start(job: ReleaseJob, databaseUrl: string): Promise<void> {
  const startMb = peak();
  try {
    await make(job, databaseUrl);
    const { user, system } = process.cpuUsage();
    await tell({ done: { cpuSeconds: (user + system) / 1e6, startMb, peakMb: peak() } });
  } catch (error) {
    await tell({ failed: failureOf(error) });
  }
  process.exit(0);
}

async function make(job: ReleaseJob, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000, application_name: "tiebreak release" });
  let broken: Error | undefined;
  client.on("error", (error) => (broken = error));
  await client.connect();
  await client.query(SESSION);
  try {
    await makeAndPublish(client, job, { signal: control.signal, progress: (columns) => void tell({ progress: columns }) });
  } catch (error) {
    throw broken ?? error;
  }
}

/** Resolves when the message has left, so that the process may end after it. */
const tell = (message: FromChild) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
