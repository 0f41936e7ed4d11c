import { ExternalLink, ImageOff } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import type { Components, ExtraProps } from "react-markdown";
import { CodeBlock } from "./code-block";
import { Formula, LateFormula } from "./formula";
import { classes, LATE } from "./plugins";
import { ScrollBox } from "./scroll-box";

/**
 * How Markdown elements appear. Headings move down by two levels, since a response stands under a heading of the page.
 * Nothing here loads anything: images are named, not fetched.
 */
export const elements: Components = {
  h1: heading("h3", "md-h1"),
  h2: heading("h4", "md-h2"),
  h3: heading("h5", "md-h3"),
  h4: heading("h6", "md-h4"),
  h5: heading("h6", "md-h5"),
  h6: heading("h6", "md-h6"),
  a: Link,
  img: ({ alt, src }) => <ImagePlaceholder alt={alt ?? ""} src={typeof src === "string" ? src : ""} />,
  pre: ({ node, children }) => <CodeBlock node={node}>{children}</CodeBlock>,
  table: Table,
  var: ({ node, children }) => {
    const Drawn = classes(node).includes(LATE) ? LateFormula : Formula;
    return <Drawn source={String(children)} block={classes(node).includes("formula-block")} />;
  },
  input: ({ checked }) => <TaskBox checked={checked === true} />,
};

function heading(Tag: "h3" | "h4" | "h5" | "h6", className: string) {
  return function Heading({ node: _node, children, ...props }: ComponentProps<"h3"> & ExtraProps) {
    return (
      <Tag {...props} className={className}>
        {children}
      </Tag>
    );
  };
}

function Table({ node: _node, ...props }: ComponentProps<"table"> & ExtraProps) {
  return (
    <ScrollBox label="Table" className="md-table">
      <table {...props} />
    </ScrollBox>
  );
}

/** Web links open in a new tab and name their host; everything else that calls itself a link stays text. */
function Link({ href = "", children, id }: ComponentProps<"a"> & ExtraProps): ReactNode {
  if (href.startsWith("#")) {
    return (
      <a href={href} id={id} className="md-link">
        {children}
      </a>
    );
  }
  const url = webAddress(href);
  if (!url) return <span title={href}>{children}</span>;
  return (
    <a href={url.href} title={url.href} target="_blank" rel="noopener noreferrer nofollow" className="md-link">
      {children}
      <span className="md-host"> ({url.host || url.protocol.slice(0, -1)})</span>
      <ExternalLink aria-label="opens in a new tab" className="md-external" />
    </a>
  );
}

function webAddress(href: string): URL | null {
  const url = URL.canParse(href) ? new URL(href) : null;
  return url && ["http:", "https:", "mailto:"].includes(url.protocol) ? url : null;
}

function ImagePlaceholder({ alt, src }: { alt: string; src: string }) {
  return (
    <span className="md-image">
      <ImageOff aria-hidden className="md-image-icon" />
      <span>
        Image not loaded: {alt || "no description"}
        {src && <span className="md-image-src"> {src.length > 120 ? `${src.slice(0, 120)}…` : src}</span>}
      </span>
    </span>
  );
}

const TaskBox = ({ checked }: { checked: boolean }) => (
  <span role="img" aria-label={checked ? "done" : "not done"} className="md-task">
    {checked ? "☑" : "☐"}
  </span>
);
