import { ALargeSmall, BookOpen, Diff, Keyboard, MoveVertical, Pilcrow } from "lucide-react";
import { forwardRef } from "react";
import { count, plural } from "../../ui/number";
import { Progress as Bar } from "../../ui/progress";
import { VIEW_LABELS, type ToggleView, type View } from "../client/use-view";
import type { Workbench } from "../client/use-workbench";
import type { ActionId, Keymap } from "../keymap";
import type { Progress } from "../schema";
import { ActiveClock } from "./active-clock";
import { ariaKey, KeyCap } from "./key-cap";
import { SaveStatus } from "./save-status";

type Props = {
  bench: Workbench;
  keymap: Keymap;
  view: View;
  onToggle: ToggleView;
  onOpen: (dialog: "keys" | "reading") => void;
  guidelinesNew: boolean;
};

/** The line above the pair: where the person is in the day and in the pool, what is saved, how the page shows things. */
export const Toolbar = forwardRef<HTMLHeadingElement, Props>(function Toolbar(
  { bench, keymap, view, onToggle, onOpen, guidelinesNew },
  ref,
) {
  const { state, task, clock } = bench;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-surface px-4 py-1.5 max-sm:px-2.5">
      {/* Another one for each pair: one that has the focus already cannot take it. */}
      <h1 key={task?.pair.comparisonId} ref={ref} tabIndex={-1} className="min-w-0 truncate text-sm font-semibold">
        {task ? `Pair ${pairNumber(state.progress)}` : "Annotate"}
        {task && <span className="font-normal text-muted"> · {task.pair.pool.name}</span>}
      </h1>
      <DayProgress progress={state.progress} />
      <div className="ml-auto flex min-w-0 flex-wrap items-center justify-end gap-x-3 gap-y-1">
        <SaveStatus draft={bench.draftStatus} outbox={bench.outbox} />
        {task && <ActiveClock clock={clock} />}
        <div className="flex items-center" role="group" aria-label="View">
          <ViewToggle on={view.diff} {...TOGGLES.diff} keymap={keymap} onClick={() => onToggle("diff")} />
          <ViewToggle on={view.raw} {...TOGGLES.raw} keymap={keymap} onClick={() => onToggle("raw")} />
          <span className="max-md:hidden">
            <ViewToggle on={view.sync} {...TOGGLES.sync} keymap={keymap} onClick={() => onToggle("sync")} />
          </span>
          <ViewToggle
            on={view.guidelines}
            {...TOGGLES.guidelines}
            keymap={keymap}
            onClick={() => onToggle("guidelines")}
            dot={guidelinesNew && !view.guidelines}
          />
          <button
            type="button"
            title="Reading"
            onClick={() => onOpen("reading")}
            className="flex min-h-8 items-center gap-1.5 rounded-md px-2 text-xs text-muted hover:bg-raised hover:text-ink"
          >
            <ALargeSmall size={16} aria-hidden />
            <span className="max-xl:sr-only">Reading</span>
          </button>
          <ViewToggle {...TOGGLES.help} keymap={keymap} onClick={() => onOpen("keys")} />
        </div>
      </div>
    </div>
  );
});

/** The number of the pair on screen in today's work. */
export const pairNumber = (progress: Progress | null): number => (progress?.today ?? 0) + 1;

function DayProgress({ progress }: { progress: Progress | null }) {
  if (!progress) return null;
  const { today, pool, remaining } = progress;
  return (
    <div className="flex items-center gap-3 text-xs text-muted ">
      <span className="whitespace-nowrap tabular-nums">{count(today)} today</span>
      {pool && (
        <span className="flex items-center gap-2" title={`${count(pool.done)} of ${plural(pool.total, "vote")} in ${pool.name}`}>
          <span className="w-28 max-sm:hidden">
            <Bar value={pool.total === 0 ? 1 : pool.done / pool.total} label={`Progress of the pool ${pool.name}`} />
          </span>
          <span className="whitespace-nowrap tabular-nums">{count(remaining)} left</span>
        </span>
      )}
    </div>
  );
}

const TOGGLES = {
  diff: { action: "diff", icon: Diff, label: VIEW_LABELS.diff },
  raw: { action: "raw", icon: Pilcrow, label: VIEW_LABELS.raw },
  sync: { action: "sync", icon: MoveVertical, label: VIEW_LABELS.sync },
  guidelines: { action: "guidelines", icon: BookOpen, label: VIEW_LABELS.guidelines },
  help: { action: "help", icon: Keyboard, label: "Keys" },
} as const satisfies Record<string, { action: ActionId; icon: typeof Diff; label: string }>;

type ToggleProps = {
  action: ActionId;
  icon: typeof Diff;
  label: string;
  on?: boolean;
  dot?: boolean;
  keymap: Keymap;
  onClick: () => void;
};

function ViewToggle({ action, icon: Icon, label, on, dot, keymap, onClick }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-keyshortcuts={ariaKey(keymap[action])}
      onClick={onClick}
      title={dot ? `${label}: changed since you last read them` : label}
      className={`relative flex min-h-8 items-center gap-1.5 rounded-md px-2 text-xs ${on ? "bg-accent-soft text-accent-text" : "text-muted hover:bg-raised hover:text-ink"}`}
    >
      <Icon size={15} aria-hidden />
      <span className="max-xl:sr-only">{label}</span>
      {dot && <span className="sr-only">(changed)</span>}
      {dot && <span aria-hidden className="absolute top-1 right-1 size-2 rounded-full bg-warn" />}
      <span className="max-lg:hidden">
        <KeyCap chord={keymap[action]} />
      </span>
    </button>
  );
}
