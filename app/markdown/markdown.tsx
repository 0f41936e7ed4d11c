import { memo, useId, useMemo, type ReactNode } from "react";
import ReactMarkdown from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import remarkGfm from "remark-gfm";
import { useInBrowser } from "../ui/in-browser";
import { elements } from "./elements";
import { remarkFormulas } from "./formula-syntax";
import { rehypePrepare } from "./plugins";
import { remarkProse } from "./prose";
import { PlainText, RawText } from "./raw-text";
import { canParse } from "./split";

/**
 * Renders Markdown that a model or a person wrote, as untrusted text: raw HTML appears as the characters it is made of,
 * nothing is loaded from anywhere, and what cannot be parsed is shown as plain text. The server sends plain text, too, and
 * the browser renders it.
 */
export const Markdown = memo(function Markdown({ source }: { source: string }) {
  return useInBrowser() ? <RenderedMarkdown source={source} /> : <PlainText source={source} />;
});

/** Rendered at once, wherever it is: a text of strangers can take seconds. */
export function RenderedMarkdown({ source }: { source: string }) {
  const prefix = useId();
  const rendered = useMemo(() => render(source, prefix), [source, prefix]);
  return rendered ? <div className="md">{rendered}</div> : <RawText source={source} />;
}

function render(source: string, prefix: string): ReactNode {
  if (!canParse(source)) return null;
  try {
    return ReactMarkdown({
      children: source,
      // One tilde is a word for "about" more often than it strikes anything out.
      remarkPlugins: [[remarkGfm, { singleTilde: false }], [remarkFormulas, source], remarkProse],
      rehypePlugins: [rehypePrepare, [rehypeHighlight, { detect: false }]],
      // Two responses on one page may both have a footnote 1; ids must differ.
      remarkRehypeOptions: { clobberPrefix: prefix },
      components: elements,
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
