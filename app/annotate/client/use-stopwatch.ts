import { useEffect, useRef } from "react";
import { elapsed, isRunning, stop, stopwatch, touch, type Stopwatch } from "./active-time";

const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart"] as const;

export type Clock = {
  /** Milliseconds of work on the pair on screen. */
  activeMs: () => number;
  running: () => boolean;
  /** Whether there was a sign of life since the last time this was asked. */
  wasActive: () => boolean;
};

/** Time on the pair that `key` names, going on from `initial` milliseconds. */
export function useStopwatch(key: string | null, initial: number): Clock {
  const watch = useRef<Stopwatch>(stopwatch(0, 0));
  const active = useRef(true);
  const clock = useRef<Clock>({
    activeMs: () => Math.round(elapsed(watch.current, performance.now())),
    running: () => isRunning(watch.current, performance.now()),
    wasActive: () => {
      const was = active.current;
      active.current = false;
      return was;
    },
  });
  const start = useRef(initial);
  start.current = initial;

  useEffect(() => {
    watch.current = stopwatch(start.current, performance.now());
    if (document.hidden) watch.current = stop(watch.current, performance.now());
  }, [key]);

  useEffect(() => {
    const alive = () => {
      active.current = true;
      watch.current = touch(watch.current, performance.now());
    };
    const visibility = () => (document.hidden ? (watch.current = stop(watch.current, performance.now())) : alive());
    SIGNS_OF_LIFE.forEach((name) => addEventListener(name, alive, { passive: true, capture: true }));
    document.addEventListener("visibilitychange", visibility);
    return () => {
      SIGNS_OF_LIFE.forEach((name) => removeEventListener(name, alive, { capture: true }));
      document.removeEventListener("visibilitychange", visibility);
    };
  }, []);
  return clock.current;
}
