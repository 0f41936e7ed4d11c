import { Columns2, Rows2, Type } from "lucide-react";
import { useDeferredValue, useEffect, useId, useLayoutEffect, useMemo, useRef } from "react";
import { Button } from "../../ui/button";
import { count, percent, plural } from "../../ui/number";
import { editDistance } from "../../votes/edit-distance";
import type { ToggleView, View } from "../client/use-view";
import { changedWords, wordDiff } from "../client/word-diff";
import type { EditPolicy } from "../client/machine";
import { DiffText } from "./diff-text";

type Props = {
  letter: "A" | "B";
  original: string;
  text: string;
  policy: EditPolicy;
  view: Pick<View, "mono" | "sideBySide">;
  /** Why the edit cannot be confirmed as it stands. */
  error: string | undefined;
  onWrite: (text: string) => void;
  onToggle: ToggleView;
  onDiscard: () => void;
};

/** The better response as an editor in its place, with what was changed below it as it is typed. */
export function EditorPanel({ letter, original, text, policy, view, error, onWrite, onToggle, onDiscard }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useGrow(area, text);
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  return (
    <div className="wb-scroll flex scroll-pb-12 flex-col">
      <div className="flex flex-wrap items-center gap-1 px-3 pt-2">
        <label htmlFor={id} className="mr-auto text-xs text-muted">
          Improve response {letter}
          {policy === "required" && " (this pool asks for it)"}
        </label>
        <Toggle on={view.mono} onClick={() => onToggle("mono")} icon={<Type size={14} aria-hidden />} label="Monospace" />
        <Button size="small" tone="quiet" onClick={onDiscard}>
          Discard edit
        </Button>
      </div>
      <textarea
        id={id}
        ref={area}
        dir="auto"
        value={text}
        spellCheck
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-size`}
        onChange={(event) => onWrite(event.target.value)}
        className={`wb-editor m-3 mt-1.5 min-h-40 shrink-0 resize-none rounded-md border border-line-strong bg-canvas p-3 leading-relaxed ${view.mono ? "font-mono text-[0.8125rem]" : ""}`}
      />
      <Changes id={`${id}-size`} original={original} text={text} sideBySide={view.sideBySide} onToggle={onToggle} />
    </div>
  );
}

/** The field is as high as its text, so that only the panel scrolls. */
function useGrow(area: React.RefObject<HTMLTextAreaElement | null>, text: string) {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [area, text]);
}

function Toggle({ on, onClick, icon, label }: { on: boolean; onClick: () => void; icon: React.ReactNode; label: string }) {
  return (
    <Button size="small" tone="quiet" aria-pressed={on} onClick={onClick} className={on ? "bg-raised text-ink" : ""}>
      {icon} {label}
    </Button>
  );
}

type ChangesProps = { id: string; original: string; text: string; sideBySide: boolean; onToggle: ToggleView };

/**
 * Computed after the letter is on screen: typing never waits for the difference. Its head stays in sight under a long
 * text, for which it has to be a child of what scrolls.
 */
function Changes({ id, original, text, sideBySide, onToggle }: ChangesProps) {
  const settled = useDeferredValue(text);
  const diff = useMemo(() => wordDiff(original, settled), [original, settled]);
  const size = useMemo(() => editDistance(original, settled), [original, settled]);
  const { added, removed } = changedWords(diff);
  return (
    <div className="contents" data-testid="edit-changes">
      <div className="flex flex-wrap items-center gap-2 border-t border-line bg-surface px-3 py-1.5 text-xs text-muted md:sticky md:bottom-0">
        <h3 className="font-semibold text-ink">Your changes</h3>
        <span id={id} className="tabular-nums">
          {size.distance === 0
            ? "none yet"
            : `${plural(added, "word")} in, ${count(removed)} out · edit distance ${count(size.distance)} (${percent(size.distance, Math.max(original.length, settled.length))})`}
        </span>
        <span className="ml-auto">
          <Toggle
            on={sideBySide}
            onClick={() => onToggle("sideBySide")}
            icon={sideBySide ? <Columns2 size={14} aria-hidden /> : <Rows2 size={14} aria-hidden />}
            label="Side by side"
          />
        </span>
      </div>
      {sideBySide ? (
        <div className="grid grid-cols-2 gap-3 px-4 pb-4 text-sm">
          <DiffText diff={{ ...diff, changes: diff.changes.filter((change) => change.kind !== "added") }} />
          <DiffText diff={{ ...diff, changes: diff.changes.filter((change) => change.kind !== "removed") }} />
        </div>
      ) : (
        <div className="px-4 pb-4 text-sm">
          <DiffText diff={diff} />
        </div>
      )}
    </div>
  );
}
