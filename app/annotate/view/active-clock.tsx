import { Pause, Timer } from "lucide-react";
import { useEffect, useState } from "react";
import type { Clock } from "../client/use-stopwatch";

const format = (ms: number) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

/** Time on the pair. It stands still while the annotator is away, and says so. */
export function ActiveClock({ clock }: { clock: Clock }) {
  const [shown, setShown] = useState({ ms: 0, running: true });
  useEffect(() => {
    const tick = () => setShown({ ms: clock.activeMs(), running: clock.running() });
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [clock]);
  const Icon = shown.running ? Timer : Pause;
  return (
    <p className="flex items-center gap-1 text-xs text-muted tabular-nums" role="timer" aria-label="Time on this pair">
      <Icon size={13} aria-hidden />
      {format(shown.ms)}
      {!shown.running && <span> paused</span>}
    </p>
  );
}
