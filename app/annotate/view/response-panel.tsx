import { forwardRef, useDeferredValue, useEffect, useId, useImperativeHandle, useRef, type ReactNode } from "react";
import { Document } from "../../markdown/document";
import { pageHeading } from "../../shell/focus";
import { Badge } from "../../ui/badge";
import { cx } from "../../ui/cx";
import { count, plural } from "../../ui/number";
import { useWordDiff } from "../client/use-word-diff";
import { changedWords, type Diff } from "../client/word-diff";
import { LETTER } from "../grades";
import type { Place } from "../schema";
import { DiffText } from "./diff-text";
import { scrollRegion } from "./scroll-region";

/** kept: the person edited this response and then chose the other. chosen: it goes out as edited; `shown` says whether that is what is on screen. */
export type EditNote = { kind: "kept" } | { kind: "chosen"; text: string; original: string; shown: boolean; onToggle: () => void };

type Props = {
  place: Place;
  text: string;
  language: string;
  raw: boolean;
  /** Difference between A and B, when it is to be shown. */
  diff: Diff | null;
  chosen: boolean;
  /** What the person changed in this response. */
  edit: EditNote | null;
  /** Takes the place of the text while the response is edited. */
  editor: ReactNode;
};

/** One of the two responses, under its letter. Which model wrote it is not known here. */
export const ResponsePanel = forwardRef<HTMLDivElement, Props>(function ResponsePanel(
  { place, text, language, raw, diff, chosen, edit, editor },
  ref,
) {
  const id = useId();
  const letter = LETTER[place];
  const box = useFocusAfter(editor !== null);
  useImperativeHandle(ref, () => box.current!);
  return (
    <section className="wb-panel" data-place={place} data-chosen={chosen} aria-labelledby={id}>
      <div className="wb-panel-head">
        <h2 id={id} className="flex items-center gap-2 text-sm font-semibold">
          Response <span className="wb-letter">{letter}</span>
        </h2>
        {chosen && edit?.kind !== "chosen" && (
          <span className="text-xs font-medium text-(--side)">{editor ? "editing" : "your choice"}</span>
        )}
        {edit?.kind === "chosen" && <Edited edit={edit} />}
        {edit?.kind === "kept" && (
          <Badge title={`Your edit of ${letter} is kept. It comes back when you choose ${letter} again.`}>edit kept</Badge>
        )}
        <Length text={text} yields={edit !== null} />
      </div>
      {editor ?? (
        <div ref={box} className="wb-text wb-scroll" lang={language} {...scrollRegion(`Text of response ${letter}`)}>
          {diff ? <DiffText diff={diff} side={place} /> : <Document source={text} raw={raw} label={`response ${letter}`} />}
        </div>
      )}
    </section>
  );
});

/** Moves focus to the text when the editor that replaced it closes while focused. */
function useFocusAfter(editing: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const edited = useRef(false);
  useEffect(() => {
    const focused = document.activeElement;
    if (edited.current && !editing && (focused === document.body || focused === pageHeading())) box.current?.focus({ preventScroll: true });
    edited.current = editing;
  }, [editing]);
  return box;
}

/** "edited · +3 −1 words", and the way to the original. Counted after the text is on screen. */
function Edited({ edit: { text, original, shown, onToggle } }: { edit: Extract<EditNote, { kind: "chosen" }> }) {
  const settled = useDeferredValue(text);
  const diff = useWordDiff(original, settled);
  const { added, removed } = changedWords(diff);
  const size =
    settled === text && diff.by !== "none" ? ` · +${count(added)} −${count(removed)} ${added + removed === 1 ? "word" : "words"}` : "";
  return (
    <>
      {shown ? <Badge tone="accent">edited{size}</Badge> : <Badge tone="warn">original · the edit goes out</Badge>}
      <button
        type="button"
        onClick={onToggle}
        className="rounded px-1.5 py-1 text-xs whitespace-nowrap text-muted underline underline-offset-2 hover:bg-raised hover:text-ink"
      >
        {shown ? "Show original" : "Show edited"}
      </button>
    </>
  );
}

/** Where there is little room, the length yields to what is said of an edit, so that the head stays one line. */
function Length({ text, yields }: { text: string; yields: boolean }) {
  const words = text.match(/\S+/g)?.length ?? 0;
  return (
    <span className={cx("ml-auto text-xs text-muted tabular-nums", yields && "max-xl:hidden")} title={plural(text.length, "character")}>
      {plural(words, "word")}
    </span>
  );
}
