/** Without a key, a click, a scroll or a move for this long, the annotator counts as away. */
export const IDLE_MS = 60_000;

/**
 * Time on task. It runs while the page is visible and somebody was active within the last minute; the minute itself
 * does not count once it has passed without a sign of life, since nobody can say when in it the person left.
 */
export type Stopwatch = { total: number; runningSince: number | null; lastActiveAt: number };

export const stopwatch = (total: number, now: number): Stopwatch => ({ total, runningSince: now, lastActiveAt: now });

/** Milliseconds of work at `now`. */
export function elapsed(watch: Stopwatch, now: number): number {
  if (watch.runningSince === null) return watch.total;
  const until = isIdle(watch, now) ? watch.lastActiveAt : now;
  return watch.total + Math.max(0, until - watch.runningSince);
}

export const isIdle = (watch: Stopwatch, now: number): boolean => now - watch.lastActiveAt > IDLE_MS;
export const isRunning = (watch: Stopwatch, now: number): boolean => watch.runningSince !== null && !isIdle(watch, now);

/** A sign of life: starts the watch again when it stood still. */
export function touch(watch: Stopwatch, now: number): Stopwatch {
  if (isRunning(watch, now)) return { ...watch, lastActiveAt: now };
  return { total: elapsed(watch, now), runningSince: now, lastActiveAt: now };
}

/** The page was hidden: what was worked until now stays counted. */
export function stop(watch: Stopwatch, now: number): Stopwatch {
  return { total: elapsed(watch, now), runningSince: null, lastActiveAt: watch.lastActiveAt };
}
