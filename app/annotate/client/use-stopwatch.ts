import { useEffect, useRef } from "react";
import { elapsed, IDLE_MS, isRunning, stop, stopwatch, touch, type Stopwatch } from "./active-time";

export const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart"] as const;

export type Clock = {
  /** Milliseconds of work on the pair on screen. */
  activeMs: () => number;
  running: () => boolean;
  /** Whether there was a sign of life since the last time this was asked, or somebody reads without one. */
  wasActive: () => boolean;
};

/**
 * Time on the pair that `key` names, going on from `initial` milliseconds. Whoever has the focus in this window may sit
 * still over the pair for `stillMs`; beside another window it is a minute.
 */
export function useStopwatch(key: string | null, initial: number, stillMs = IDLE_MS): Clock {
  const watch = useRef<Stopwatch>(stopwatch(0, 0));
  const active = useRef(true);
  const clock = useRef<Clock>({
    activeMs: () => Math.round(elapsed(watch.current, performance.now())),
    running: () => isRunning(watch.current, performance.now()),
    wasActive: () => {
      const reading = document.hasFocus() && isRunning(watch.current, performance.now());
      const was = active.current || reading;
      active.current = false;
      return was;
    },
  });
  const start = useRef({ initial, stillMs });
  start.current = { initial, stillMs };
  const still = () => (document.hasFocus() ? start.current.stillMs : IDLE_MS);

  useEffect(() => {
    watch.current = stopwatch(start.current.initial, performance.now(), still());
    if (document.hidden) watch.current = stop(watch.current, performance.now());
  }, [key]);

  useEffect(() => {
    const alive = () => {
      active.current = true;
      watch.current = touch(watch.current, performance.now(), still());
    };
    const visibility = () => (document.hidden ? (watch.current = stop(watch.current, performance.now())) : alive());
    const turned = () => !document.hidden && alive();
    SIGNS_OF_LIFE.forEach((name) => addEventListener(name, alive, { passive: true, capture: true }));
    document.addEventListener("visibilitychange", visibility);
    addEventListener("focus", turned);
    addEventListener("blur", turned);
    return () => {
      SIGNS_OF_LIFE.forEach((name) => removeEventListener(name, alive, { capture: true }));
      document.removeEventListener("visibilitychange", visibility);
      removeEventListener("focus", turned);
      removeEventListener("blur", turned);
    };
  }, []);
  return clock.current;
}
