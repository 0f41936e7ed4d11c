import { Type } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef } from "react";
import { Button } from "../../ui/button";
import { plainLineEnds } from "../../votes/line-ends";
import type { ToggleView, View } from "../client/use-view";
import type { EditPolicy } from "../client/machine";
import { EditChanges, Toggle } from "./edit-changes";

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

/** The better response as an editor in its place. What was changed stands below it as it is typed, always in view. */
export function EditorPanel({ letter, original, text, policy, view, error, onWrite, onToggle, onDiscard }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useGrow(area, text);
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  return (
    <div className="wb-edit">
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
      <div className="wb-scroll flex flex-col p-3 pt-1.5">
        <textarea
          id={id}
          ref={area}
          dir="auto"
          value={plainLineEnds(text)}
          spellCheck
          aria-invalid={error ? true : undefined}
          aria-describedby={`${id}-size`}
          onChange={(event) => onWrite(event.target.value)}
          className={`wb-editor min-h-full shrink-0 resize-none rounded-md border border-line-strong bg-canvas p-3 leading-relaxed ${view.mono ? "font-mono text-[0.8125rem]" : ""}`}
        />
      </div>
      <EditChanges id={`${id}-size`} original={original} text={text} area={area} sideBySide={view.sideBySide} onToggle={onToggle} />
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
