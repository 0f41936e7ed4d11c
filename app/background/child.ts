import { writeFileSync } from "node:fs";
import { failureOf, type Failure } from "./failure";

/**
 * The side of the process that does one piece of work for another and ends; child.server.ts starts it with an IPC channel.
 * Programs built on it load neither the application nor Prisma, and take everything that they have to know from the
 * first message.
 */
export type ToChild<Job> = { job: Job } | { stop: string };
export type FromChild<Done> =
  | { progress: Record<string, number> }
  | { warn: [fields: Record<string, unknown>, text: string] }
  | { done: Done; usage: Usage }
  | { failed: Failure };

/** What the process took: seconds of processor time, and its greatest resident size in MiB, before and after its work. */
export type Usage = { cpuSeconds: number; startMb: number; peakMb: number };

export type ChildContext = {
  /** Aborted with the reason that the parent gave. */
  signal: AbortSignal;
  progress(columns: Record<string, number>): void;
  /** Writes a line to the log of the parent. */
  warn(fields: Record<string, unknown>, text: string): void;
};

/** Does the one job that the parent sends, tells how it ended, and exits. Call it once. */
export function serveParent<Job, Done>(work: (job: Job, context: ChildContext) => Promise<Done>): void {
  const control = new AbortController();
  const context: ChildContext = {
    signal: control.signal,
    progress: (columns) => void tell({ progress: columns }),
    warn: (fields, text) => void tell({ warn: [fields, text] }),
  };
  preferForKilling();
  // A terminal or a service manager signals all processes of a group. The parent decides what that means for this one.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  // Whoever asked for the work is gone: to continue would be to work beside the process that takes it up again.
  process.on("disconnect", () => process.exit(1));
  process.on("message", (message: ToChild<Job>) => {
    if ("stop" in message) control.abort(message.stop);
    else void run(work, message.job, context);
  });
}

async function run<Job, Done>(work: (job: Job, context: ChildContext) => Promise<Done>, job: Job, context: ChildContext): Promise<void> {
  const startMb = peak();
  try {
    const done = await work(job, context);
    const { user, system } = process.cpuUsage();
    await tell({ done, usage: { cpuSeconds: (user + system) / 1e6, startMb, peakMb: peak() } });
  } catch (error) {
    await tell({ failed: failureOf(error) });
  }
  process.exit(0);
}

const peak = () => Math.round(process.resourceUsage().maxRSS / 1024);

/** Resolves when the message has left, so that the process may end after it. */
const tell = (message: FromChild<unknown>) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));

/** When the machine runs out of memory, Linux ends this process before the database or the one that serves pages. */
function preferForKilling(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {
    // Another system, or one that does not allow it.
  }
}
