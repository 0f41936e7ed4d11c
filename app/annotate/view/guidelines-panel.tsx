import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Document } from "../../markdown/document";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import type { GuidelinesState } from "../client/use-guidelines";
import { scrollRegion } from "./scroll-region";

type Props = { guidelines: GuidelinesState; poolName: string; onClose: () => void };

/** The pool's guidelines beside the work, in the version that goes on record with the vote. */
export function GuidelinesPanel({ guidelines, poolName, onClose }: Props) {
  const { version, news, content } = guidelines;
  const panel = useRef<HTMLElement>(null);
  // On a phone the panel is above the pair, possibly scrolled out of view.
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <aside ref={panel} className="wb-guidelines" aria-label="Guidelines">
      <div className="flex items-center gap-2 border-b border-line px-4 py-2">
        <h2 className="text-sm font-semibold">Guidelines</h2>
        {version !== null && <Badge>version {version}</Badge>}
        <button
          type="button"
          onClick={onClose}
          aria-label="Close guidelines"
          className="ml-auto rounded p-1.5 text-muted hover:bg-raised hover:text-ink"
        >
          <X size={15} aria-hidden />
        </button>
      </div>
      {news === "changed" && (
        <p className="border-b border-line bg-warn-soft px-4 py-2 text-sm text-warn">Changed since you last read them.</p>
      )}
      <div className="min-h-0 flex-1 overflow-auto px-4 py-3 text-sm" {...scrollRegion("Text of the guidelines")}>
        <Body guidelines={guidelines} poolName={poolName} />
        {content && <span className="sr-only">End of the guidelines</span>}
      </div>
    </aside>
  );
}

function Body({ guidelines: { version, content, failed, reload }, poolName }: Pick<Props, "guidelines" | "poolName">) {
  if (version === null) return <p className="text-muted">{poolName} has no guidelines. If you are unsure, flag the pair and say why.</p>;
  if (content) return <Document source={content.body} raw={false} label="the guidelines" />;
  if (!failed) return <p className="text-muted">Loading…</p>;
  return (
    <div className="flex flex-col items-start gap-2">
      <p>The guidelines could not be loaded.</p>
      <Button size="small" onClick={reload}>
        Try again
      </Button>
    </div>
  );
}
