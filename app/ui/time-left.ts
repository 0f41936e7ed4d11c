import { plural } from "./number";
/** How far something was at a moment, in milliseconds; `done` counts what `total` counts. */
export type Sample = { at: number; done: number };

/** As many of the newest samples as say how fast it goes now. */
export const RECENT = 30;
const ENOUGH = 3;
/** Against the usual time per step. Longer is a time in which nobody worked: a worker was gone, and the run was taken up later. */
const IDLE = 10;

/**
 * Milliseconds that are left at the recent pace; undefined before the pace is known, and at the end. Steps that were
 * taken back, because a run goes on from an earlier checkpoint, are not counted as progress.
 */
export function timeLeft(samples: Sample[], total: number): number | undefined {
  const recent = samples.slice(-RECENT);
  const last = recent.at(-1);
  if (!last || last.done >= total) return undefined;
  const steps = recent
    .slice(1)
    .map((sample, index) => ({ ms: sample.at - (recent[index]?.at ?? 0), done: sample.done - (recent[index]?.done ?? 0) }))
    .filter(({ ms, done }) => ms >= 0 && done > 0);
  if (steps.length < ENOUGH) return undefined;
  const usual = median(steps.map(({ ms, done }) => ms / done));
  const work = steps.filter(({ ms, done }) => ms / done <= usual * IDLE);
  const sum = (key: "ms" | "done") => work.reduce((all, step) => all + step[key], 0);
  return (sum("ms") / sum("done")) * (total - last.done);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** 245_000 → "about 4 min left". */
export function leftInWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "less than a minute left";
  if (minutes < 60) return `about ${minutes} min left`;
  const hours = Math.round(minutes / 60);
  if (minutes < 600) return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
  return hours < 48 ? `about ${hours} h left` : `about ${plural(Math.round(hours / 24), "day")} left`;
}
