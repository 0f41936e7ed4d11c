import type { ReactNode } from "react";

/** A bar with its figure. `value` from 0 to 1; undefined while the end is unknown. */
export function Progress({ value, label }: { value: number | undefined; label: string }) {
  const percent = value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div className="flex items-center gap-2">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="h-1.5 min-w-16 flex-1 overflow-hidden rounded-full bg-raised"
      >
        <svg className="size-full" preserveAspectRatio="none" viewBox="0 0 100 1" aria-hidden>
          <rect width={percent ?? 100} height="1" className={percent === undefined ? "animate-pulse fill-accent/40" : "fill-accent"} />
        </svg>
      </div>
      {percent !== undefined && <span className="w-9 text-right text-xs text-muted tabular-nums">{percent}%</span>}
    </div>
  );
}

/** Below a bar: how far in words, and how long still. */
export function ProgressNote({ left, children }: { left: ReactNode; children?: ReactNode }) {
  return (
    <div className="mt-2 flex flex-wrap justify-between gap-x-6 text-sm text-muted tabular-nums">
      <div>{children}</div>
      <div>{left}</div>
    </div>
  );
}
