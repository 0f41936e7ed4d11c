/** Without a key, a click, a scroll or a move for this long, the annotator counts as away, unless there is more to read. */
export const IDLE_MS = 60_000;
/** Nobody sits still for longer, however long the text. */
export const LONGEST_STILL_MS = 15 * 60_000;

/** Slow speech. Texts are read aloud at 183 words a minute on average (Brysbaert 2019, "How many words do we read per minute?"). */
const WORDS_PER_MINUTE = 150;
/** Scripts that write no spaces: about two letters to a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;

/**
 * How long a person may sit still over these texts and still count as reading, in milliseconds: as long as it takes to
 * hear them. A screen reader's browse mode gives the page no sign of life at all.
 */
export function stillnessOver(texts: string[]): number {
  let words = 0;
  for (const text of texts) {
    const letters = text.match(UNSPACED)?.length ?? 0;
    words += (text.replace(UNSPACED, " ").match(/\S+/g)?.length ?? 0) + letters / 2;
  }
  return Math.min(LONGEST_STILL_MS, Math.max(IDLE_MS, (words / WORDS_PER_MINUTE) * 60_000));
}

/**
 * Time on task. It runs while the page is visible and the last sign of life is no longer ago than `stillMs`; that time
 * itself does not count once it has passed without a sign of life, since nobody can say when in it the person left.
 */
export type Stopwatch = { total: number; runningSince: number | null; lastActiveAt: number; stillMs: number };

export const stopwatch = (total: number, now: number, stillMs = IDLE_MS): Stopwatch => ({
  total,
  runningSince: now,
  lastActiveAt: now,
  stillMs,
});

/** Milliseconds of work at `now`. */
export function elapsed(watch: Stopwatch, now: number): number {
  if (watch.runningSince === null) return watch.total;
  const until = isIdle(watch, now) ? watch.lastActiveAt : now;
  return watch.total + Math.max(0, until - watch.runningSince);
}

export const isIdle = (watch: Stopwatch, now: number): boolean => now - watch.lastActiveAt > watch.stillMs;
export const isRunning = (watch: Stopwatch, now: number): boolean => watch.runningSince !== null && !isIdle(watch, now);

/** Records activity, and restarts a paused stopwatch. The person may then be inactive for up to `stillMs` before it pauses. */
export function touch(watch: Stopwatch, now: number, stillMs = watch.stillMs): Stopwatch {
  if (isRunning(watch, now)) return { ...watch, lastActiveAt: now, stillMs };
  return { total: elapsed(watch, now), runningSince: now, lastActiveAt: now, stillMs };
}

/** The page was hidden: what was worked until now stays counted. */
export function stop(watch: Stopwatch, now: number): Stopwatch {
  return { ...watch, total: elapsed(watch, now), runningSince: null };
}
