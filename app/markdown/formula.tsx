import katex from "katex";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { whenNear } from "../ui/when-near";
import { texOf } from "./formulas";

/** One formula may expand to so many macros and be so many ems wide; `trust: false` refuses links and images in LaTeX. */
const KATEX = { strict: "ignore", trust: false, maxExpand: 500, maxSize: 30, errorColor: "currentColor" } as const;
/** Nesting beyond this is no formula that a person wrote; laying it out could overflow a stack. */
const DEEPEST = 300;

/** A formula, typeset. One that cannot be is shown as it was written, and everything around it as usual. */
export const Formula = memo(function Formula({ source, block }: { source: string; block: boolean }) {
  const html = useMemo(() => typeset(source), [source]);
  const Tag = block ? "div" : "span";
  if (html === null) return <Tag className="md-source">{source}</Tag>;
  // What KaTeX writes is its own: text is escaped, and nothing that loads or runs is trusted.
  return <Tag className="md-formula" dangerouslySetInnerHTML={{ __html: html }} />;
});

/** The same, as its source until it comes near the window: the browser lays out some hundred formulas a second. */
export const LateFormula = memo(function LateFormula(formula: { source: string; block: boolean }) {
  const box = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!near && box.current) return whenNear(box.current, "300px 0px", () => setNear(true));
  }, [near]);
  if (near) return <Formula {...formula} />;
  return (
    <span ref={box} className={formula.block ? "md-source block" : "md-source"}>
      {formula.source}
    </span>
  );
});

function typeset(source: string): string | null {
  const { tex, display } = texOf(source);
  try {
    const html = katex.renderToString(tex, { ...KATEX, displayMode: display });
    return depthOf(html) > DEEPEST ? null : html;
  } catch {
    return null;
  }
}

function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [, closing, alone] of html.matchAll(/<(\/?)[a-z][^>]*?(\/?)>/g)) {
    depth += closing ? -1 : alone ? 0 : 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
