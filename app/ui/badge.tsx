import type { ReactNode } from "react";
import { cx } from "./cx";

const TONES = {
  neutral: "bg-raised text-muted",
  accent: "bg-accent-soft text-accent-text",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
};

export type Tone = keyof typeof TONES;

export function Badge({ tone = "neutral", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span
      title={title}
      className={cx("inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap", TONES[tone])}
    >
      {children}
    </span>
  );
}

const RUN: Record<string, { tone: Tone; label: string }> = {
  queued: { tone: "neutral", label: "Waiting" },
  running: { tone: "accent", label: "Running" },
  cancelling: { tone: "warn", label: "Stopping" },
  done: { tone: "ok", label: "Done" },
  failed: { tone: "danger", label: "Failed" },
  cancelled: { tone: "warn", label: "Cancelled" },
};

/** What a state of an import, a release or a job is called wherever it is shown. */
export const statusLabel = (status: string): string => RUN[status]?.label ?? status;

/** The state of an import, a release or a job. */
export function StatusBadge({ status }: { status: string }) {
  return <Badge tone={RUN[status]?.tone}>{statusLabel(status)}</Badge>;
}
