import { forwardRef, useId, type ReactNode } from "react";
import { Document } from "../../markdown/document";
import { count } from "../../ui/number";
import type { Diff } from "../client/word-diff";
import { LETTER } from "../grades";
import type { Place } from "../schema";
import { DiffText } from "./diff-text";
import { scrollRegion } from "./scroll-region";

type Props = {
  place: Place;
  text: string;
  language: string;
  raw: boolean;
  /** Difference between A and B, when it is to be shown. */
  diff: Diff | null;
  chosen: boolean;
  /** Stands in place of the text while the response is edited. */
  editor: ReactNode;
};

/** One of the two responses, under its letter. Which model wrote it is not known here. */
export const ResponsePanel = forwardRef<HTMLDivElement, Props>(function ResponsePanel(
  { place, text, language, raw, diff, chosen, editor },
  ref,
) {
  const id = useId();
  const letter = LETTER[place];
  return (
    <section className="wb-panel" data-place={place} data-chosen={chosen} aria-labelledby={id}>
      <div className="wb-panel-head">
        <h2 id={id} className="flex items-center gap-2 text-sm font-semibold">
          Response <span className="wb-letter">{letter}</span>
        </h2>
        {chosen && <span className="text-xs font-medium text-(--side)">{editor ? "editing" : "your choice"}</span>}
        <Length text={text} />
      </div>
      {editor ?? (
        <div ref={ref} className="wb-text wb-scroll" lang={language} {...scrollRegion(`Text of response ${letter}`)}>
          {diff ? <DiffText diff={diff} side={place} /> : <Document source={text} raw={raw} label={`response ${letter}`} />}
        </div>
      )}
    </section>
  );
});

function Length({ text }: { text: string }) {
  const words = text.match(/\S+/g)?.length ?? 0;
  return (
    <span className="ml-auto text-xs text-muted tabular-nums" title={`${count(text.length)} characters`}>
      {count(words)} words
    </span>
  );
}
