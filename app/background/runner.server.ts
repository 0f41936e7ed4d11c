import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors";
import { log } from "../log.server";
import { singleton } from "../singleton.server";
import { beat, claimRun, requeue, settle, type ClaimedRun, type Run, type RunTable } from "./queue.server";
import { plural } from "../ui/number";

export const HEARTBEAT_MS = 3_000;
const POLL_MS = 1_000;

/** A run whose processes die this often in a row kills them, and would take the next one too. */
const MAX_TAKEOVERS = 3;

/** Why a run's signal was aborted. */
export type StopReason = "cancel" | "stopping" | "lost";

export type RunContext = {
  /** Aborted with a StopReason. Stop soon, leave what is written whole, and throw or return. */
  signal: AbortSignal;
  /** Columns of the run's row, written with the next heartbeat. */
  progress(columns: Record<string, number>): void;
};

export type Work = {
  name: string;
  table: RunTable;
  /** Does the run, or continues it where a dead process left it. Throw UserError for what a person can fix. */
  execute(run: Run, context: RunContext): Promise<void>;
  /** What people are told, behind how often its process died, when the run is given up. */
  gaveUp: string;
};

export type Outcome = "done" | "failed" | "cancelled" | "requeued" | "lost";

type Runner = { works: Map<string, Work>; stop?: AbortController; loops: Promise<void>[]; wake: Set<() => void> };
const runner = () => singleton<Runner>("runner", () => ({ works: new Map(), loops: [], wake: new Set() }));

/** Makes a kind of work known. The same name again replaces it. */
export function registerWork(work: Work): void {
  runner().works.set(work.name, work);
}

/** Starts one loop per registered kind of work: each process does at most one run of a kind at a time. */
export function startRunner(): void {
  const state = runner();
  if (state.stop) return;
  state.stop = new AbortController();
  const { signal } = state.stop;
  state.loops = [...state.works.values()].map((work) => loop(work, signal));
}

/** Stops taking runs, hands those in progress back to the queue, and waits until that is done. */
export async function stopRunner(): Promise<void> {
  const state = runner();
  state.stop?.abort();
  wakeRunner();
  await Promise.all(state.loops);
  state.stop = undefined;
  state.loops = [];
}

/** Looks for queued runs now, not at the next poll. */
export function wakeRunner(): void {
  for (const wake of runner().wake) wake();
}

async function loop(work: Work, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      const run = await claimRun(work.table);
      if (run) await executeRun(work, run, { stop });
      else await idle(stop);
    } catch (error) {
      log.warn({ work: work.name, error: message(error) }, "The background runner could not reach its queue");
      await idle(stop);
    }
  }
}

async function idle(stop: AbortSignal): Promise<void> {
  const { wake } = runner();
  const woken = new AbortController();
  const end = () => woken.abort();
  wake.add(end);
  await sleep(POLL_MS, undefined, { signal: AbortSignal.any([stop, woken.signal]) }).catch(() => undefined);
  wake.delete(end);
}

/**
 * Does one claimed run under a heartbeat, and settles it. The command line uses it too, with `stop` as its Ctrl-C.
 * `onStop` says what an aborted `stop` means: the run goes back to the queue, or is cancelled.
 */
export async function executeRun(
  work: Work,
  run: ClaimedRun,
  { stop, onStop = "stopping" }: { stop: AbortSignal; onStop?: "stopping" | "cancel" },
): Promise<Outcome> {
  const control = new AbortController();
  const abort = (reason: StopReason) => control.abort(reason);
  const stopped = () => abort(onStop);
  stop.addEventListener("abort", stopped, { once: true });
  if (stop.aborted) stopped();
  if (run.cancelled) abort("cancel");
  let columns: Record<string, number> = {};
  const heartbeat = startHeartbeat(work, run, () => columns, abort);
  try {
    const failure = await attempt(work, run, { signal: control.signal, progress: (next) => (columns = { ...columns, ...next }) });
    await heartbeat.end();
    return await finish(work, run, control.signal, failure);
  } finally {
    await heartbeat.end();
    stop.removeEventListener("abort", stopped);
  }
}

async function attempt(work: Work, run: ClaimedRun, context: RunContext): Promise<Error | undefined> {
  try {
    context.signal.throwIfAborted();
    if (run.takeovers > MAX_TAKEOVERS) throw new UserError(`${died(run.takeovers)} ${work.gaveUp}`);
    await work.execute(run, context);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const died = (times: number) =>
  `The server that worked on this was killed, or ran out of memory, ${plural(times, "time")} before it was done, so it is not begun again by itself.`;

/** A run that came to its end is done, even when it was asked to stop just before. */
async function finish(work: Work, run: Run, signal: AbortSignal, failure: Error | undefined): Promise<Outcome> {
  const reason = signal.aborted ? (signal.reason as StopReason) : undefined;
  if (reason === "lost") return "lost";
  if (!failure) return (await settle(work.table, run, "done")) ? "done" : "lost";
  if (reason === "cancel") return (await settle(work.table, run, "cancelled")) ? "cancelled" : "lost";
  if (reason === "stopping") {
    await requeue(work.table, run);
    return "requeued";
  }
  if (!(failure instanceof UserError)) log.error({ work: work.name, run: run.id, error: failure.stack }, "A background run failed");
  await settle(work.table, run, "failed", failure.message);
  return "failed";
}

function startHeartbeat(work: Work, run: Run, columns: () => Record<string, number>, abort: (reason: StopReason) => void) {
  const over = new AbortController();
  const once = async () => {
    const answer = await beat(work.table, run, columns());
    if (answer !== "go on") abort(answer);
  };
  const beating = (async () => {
    while (!over.signal.aborted) {
      await sleep(HEARTBEAT_MS, undefined, { signal: over.signal }).catch(() => undefined);
      // A heartbeat that fails is tried again: the run is only lost when another process has claimed it.
      await once().catch((error: unknown) => log.warn({ work: work.name, run: run.id, error: message(error) }, "A heartbeat failed"));
    }
  })();
  return { end: () => (over.abort(), beating) };
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
