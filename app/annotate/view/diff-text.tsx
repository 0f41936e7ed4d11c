import { memo, type ReactNode } from "react";
import type { Diff } from "../client/word-diff";
import { LETTER } from "../grades";
import type { Place } from "../schema";

/**
 * A difference in words. Without `side`, as one text with what came and what went; with it, one of the two texts with
 * its own words marked.
 */
/** Screen readers pass a mark by; that words are only here is said around them. */
const Marked = ({ only, text }: { only: string; text: ReactNode }) => (
  <mark>
    <span className="sr-only select-none"> only in {only}: </span>
    {text}
    <span className="sr-only select-none"> end. </span>
  </mark>
);

export const DiffText = memo(function DiffText({ diff, side }: { diff: Diff; side?: Place }) {
  if (diff.by === "none") return <p className="text-sm text-muted">The texts are too long and too different to compare word by word.</p>;
  return (
    <div className="diff" dir="auto">
      {diff.by === "lines" && <p className="mb-2 text-xs text-muted">Compared by lines, since the texts are long.</p>}
      {diff.changes.map(({ kind, text: words, code }, index) => {
        const text = code ? <code className="diff-code">{words}</code> : words;
        if (kind === "same") return <span key={index}>{text}</span>;
        if (side) return (kind === "removed") === (side === "left") ? <Marked key={index} only={LETTER[side]} text={text} /> : null;
        return kind === "added" ? <ins key={index}>{text}</ins> : <del key={index}>{text}</del>;
      })}
    </div>
  );
});
