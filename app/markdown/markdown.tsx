import { memo, useId, useMemo, type ReactNode } from "react";
import ReactMarkdown from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { elements } from "./elements";
import { RawText } from "./raw-text";
import { normaliseMath } from "./math";
import { rehypePrepare } from "./plugins";
import { canParse } from "./split";

/** One formula may expand to so many macros and be so many ems wide; `trust: false` refuses links and images in LaTeX. */
const KATEX = { throwOnError: false, strict: "ignore", trust: false, maxExpand: 500, maxSize: 30, errorColor: "currentColor" } as const;

/**
 * Renders Markdown that a model or a person wrote, as untrusted text: raw HTML appears as the characters it is made of,
 * nothing is loaded from anywhere, and what cannot be parsed is shown as plain text.
 */
export const Markdown = memo(function Markdown({ source }: { source: string }) {
  const prefix = useId();
  const rendered = useMemo(() => render(source, prefix), [source, prefix]);
  return rendered ? <div className="md">{rendered}</div> : <RawText source={source} />;
});

function render(source: string, prefix: string): ReactNode {
  if (!canParse(source)) return null;
  try {
    return ReactMarkdown({
      children: normaliseMath(source),
      remarkPlugins: [remarkGfm, remarkMath],
      rehypePlugins: [rehypePrepare, [rehypeHighlight, { detect: false }], [rehypeKatex, KATEX]],
      // Two responses on one page may both have a footnote 1; ids must differ.
      remarkRehypeOptions: { clobberPrefix: prefix },
      components: elements,
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
