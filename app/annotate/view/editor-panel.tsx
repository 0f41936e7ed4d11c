import { Type } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { codeLines } from "../../markdown/fences";
import { Button } from "../../ui/button";
import { plainLineEnds } from "../../votes/line-ends";
import type { ToggleView, View } from "../client/use-view";
import type { EditPolicy } from "../client/machine";
import { EditChanges, Toggle } from "./edit-changes";
import { useIndent } from "./use-indent";

type Props = {
  letter: "A" | "B";
  language: string;
  original: string;
  text: string;
  policy: EditPolicy;
  view: Pick<View, "mono" | "sideBySide" | "preview">;
  /** Why the edit cannot be confirmed as it stands. */
  error: string | undefined;
  onWrite: (text: string) => void;
  onToggle: ToggleView;
  onDiscard: () => void;
};

/** The better response as an editor in its place. What was changed stands below it as it is typed, always in view. */
export function EditorPanel({ letter, language, original, text, policy, view, error, onWrite, onToggle, onDiscard }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [mono, toggleMono] = useMono(original, view.mono, onToggle);
  const onKeyDown = useIndent();
  useGrow(area, text);
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  return (
    <div className="wb-edit">
      <Head htmlFor={id} {...{ letter, policy, mono, toggleMono, onDiscard }} />
      <div className="wb-scroll flex flex-col p-3 pt-1.5">
        <textarea
          id={id}
          ref={area}
          lang={language}
          dir="auto"
          value={plainLineEnds(text)}
          spellCheck
          aria-invalid={error ? true : undefined}
          aria-describedby={[error && `${id}-error`, `${id}-size`, `${id}-tab`].filter(Boolean).join(" ")}
          onKeyDown={onKeyDown}
          onChange={(event) => onWrite(event.target.value)}
          className={`wb-editor min-h-full shrink-0 resize-none rounded-md border border-line-strong bg-canvas p-3 leading-relaxed ${mono ? "font-mono text-[0.8125rem]" : ""}`}
        />
        {/* Seen, and said at once, beside Confirm. */}
        <p id={`${id}-error`} className="sr-only">
          {error}
        </p>
        <p id={`${id}-tab`} className="sr-only">
          Tab indents. Escape, then Tab leaves.
        </p>
      </div>
      <EditChanges
        id={`${id}-size`}
        letter={letter}
        language={language}
        original={original}
        text={text}
        area={area}
        view={view}
        onToggle={onToggle}
      />
    </div>
  );
}

function Head({
  htmlFor,
  letter,
  policy,
  mono,
  toggleMono,
  onDiscard,
}: Pick<Props, "letter" | "policy" | "onDiscard"> & { htmlFor: string; mono: boolean; toggleMono: () => void }) {
  return (
    <div className="flex flex-wrap items-center gap-1 px-3 pt-2">
      <label htmlFor={htmlFor} className="mr-auto text-xs text-muted">
        Improve response {letter}
        {policy === "required" && " (this pool asks for it)"}
      </label>
      <Toggle on={mono} onClick={toggleMono} icon={<Type size={14} aria-hidden />} label="Monospace" />
      <Button size="small" tone="quiet" onClick={onDiscard}>
        Discard edit
      </Button>
    </div>
  );
}

/** Where there is code, letters of one width are the start; what the person switches holds for what they see. */
function useMono(original: string, preferred: boolean, onToggle: ToggleView): [boolean, () => void] {
  const hasCode = useMemo(() => codeLines(original).some(({ code }) => code), [original]);
  const [chosen, setChosen] = useState<boolean | null>(null);
  const mono = chosen ?? (preferred || hasCode);
  const toggle = () => {
    setChosen(!mono);
    if (preferred === mono) onToggle("mono");
  };
  return [mono, toggle];
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
