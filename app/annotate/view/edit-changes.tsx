import { Columns2, Eye, Rows2 } from "lucide-react";
import { type ReactNode, type RefObject, useDeferredValue, useLayoutEffect, useMemo, useRef } from "react";
import { Document } from "../../markdown/document";
import { Button } from "../../ui/button";
import { count, percent, plural } from "../../ui/number";
import { editDistance } from "../../votes/edit-distance";
import { plainLineEnds } from "../../votes/line-ends";
import type { ToggleView, View } from "../client/use-view";
import { changeAt, changedWords, wordDiff, type Diff } from "../client/word-diff";
import { DiffText } from "./diff-text";
import { scrollRegion } from "./scroll-region";

type Props = {
  id: string;
  letter: "A" | "B";
  language: string;
  original: string;
  text: string;
  /** The field that the text is written in. */
  area: RefObject<HTMLTextAreaElement | null>;
  view: Pick<View, "sideBySide" | "preview">;
  onToggle: ToggleView;
};

/**
 * What was changed, and by how much; or how the edited text looks, with its tables and formulas. Computed after the letter
 * is on screen: typing never waits for it.
 */
export function EditChanges({ id, letter, language, original, text, area, view, onToggle }: Props) {
  const settled = useDeferredValue(text);
  // As the field has them: a place in the field is then a place in the difference.
  const diff = useMemo(() => wordDiff(plainLineEnds(original), plainLineEnds(settled)), [original, settled]);
  const size = useMemo(() => editDistance(original, settled), [original, settled]);
  const box = useFollowedChange(diff, area);
  const { added, removed } = changedWords(diff);
  return (
    <div className="wb-changes" data-testid="edit-changes">
      <div className="flex flex-wrap items-center gap-2 px-3 py-1.5 text-xs text-muted">
        <h3 className="font-semibold text-ink">{view.preview ? "Preview" : "Your changes"}</h3>
        <span id={id} className="tabular-nums">
          {size.distance === 0
            ? "none yet"
            : `${plural(added, "word")} in, ${count(removed)} out · edit distance ${count(size.distance)} (${percent(size.distance, Math.max(original.length, settled.length))})`}
        </span>
        <span className="ml-auto flex">
          {!view.preview && (
            <Toggle
              on={view.sideBySide}
              onClick={() => onToggle("sideBySide")}
              icon={view.sideBySide ? <Columns2 size={14} aria-hidden /> : <Rows2 size={14} aria-hidden />}
              label="Side by side"
            />
          )}
          <Toggle on={view.preview} onClick={() => onToggle("preview")} icon={<Eye size={14} aria-hidden />} label="Preview" />
        </span>
      </div>
      {view.preview && (
        <div className="wb-text wb-scroll border-t border-line" lang={language} {...scrollRegion(`Preview of response ${letter}`)}>
          <Document source={settled} raw={false} label={`response ${letter}`} />
        </div>
      )}
      {!view.preview && size.distance > 0 && (
        <div ref={box} className="wb-scroll relative px-4 pb-3 text-sm" {...scrollRegion("Your changes, word by word")}>
          <Difference diff={diff} sideBySide={view.sideBySide} />
        </div>
      )}
    </div>
  );
}

function Difference({ diff, sideBySide }: { diff: Diff; sideBySide: boolean }) {
  if (!sideBySide) return <DiffText diff={diff} />;
  const only = (hidden: "added" | "removed"): Diff => ({ ...diff, changes: diff.changes.filter(({ kind }) => kind !== hidden) });
  return (
    <div className="grid grid-cols-2 gap-3">
      <DiffText diff={only("added")} />
      <DiffText diff={only("removed")} />
    </div>
  );
}

/** Scrolls the box, and nothing around it, to the words at the cursor whenever the difference changes. */
function useFollowedChange(diff: Diff, area: RefObject<HTMLTextAreaElement | null>) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = changeAt(diff, area.current?.selectionStart ?? 0);
    const mark = place && box.current?.querySelectorAll<HTMLElement>(place.kind === "added" ? "ins" : "del")[place.index];
    if (!box.current || !mark) return;
    const room = box.current.clientHeight - mark.offsetHeight;
    box.current.scrollTop = Math.max(0, mark.offsetTop - Math.max(0, room / 2));
  }, [diff, area]);
  return box;
}

export function Toggle({ on, onClick, icon, label }: { on: boolean; onClick: () => void; icon: ReactNode; label: string }) {
  return (
    <Button size="small" tone="quiet" aria-pressed={on} onClick={onClick} className={on ? "bg-raised text-ink" : ""}>
      {icon} {label}
    </Button>
  );
}
