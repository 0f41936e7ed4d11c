import { Link } from "@remix-run/react";
import { Badge } from "../../ui/badge";
import { LinkButton } from "../../ui/button";
import { plural } from "../../ui/number";
import { EmptyState } from "../../ui/page";
import { RelativeTime } from "../../ui/time";
import type { HistoryItem } from "../../votes/queries.server";
import { saysWhat } from "../history";

/** An annotator's own answers. */
export function HistoryList({ items, first }: { items: HistoryItem[]; first: boolean }) {
  if (items.length === 0)
    return (
      <EmptyState title={first ? "No answers yet" : "No older answers"} action={<LinkButton to="/annotate">Start annotating</LinkButton>}>
        {first && <p>Each pair that you grade appears here, and can be opened and changed.</p>}
      </EmptyState>
    );
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
      {items.map((item) => (
        <li key={item.voteId}>
          <Link to={`/annotate/history/${item.voteId}`} className="block px-4 py-3 hover:bg-raised">
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="text-sm font-medium">{item.answer ? saysWhat(item.answer) : "Undone"}</span>
              {item.answer?.edited && <Badge tone="accent">edited</Badge>}
              {item.answer?.imported && <Badge title="It came with a file; it was not given here.">imported</Badge>}
              {item.status === "extra" && (
                <Badge tone="warn" title="It came when no slot was left; it is kept, and releases leave it out.">
                  extra
                </Badge>
              )}
              {item.revisions > 1 && <Badge>{plural(item.revisions, "revision")}</Badge>}
              <span className="ml-auto text-xs text-muted">
                {item.poolName} · <RelativeTime at={item.updatedAt} />
              </span>
            </span>
            <span className="mt-0.5 block truncate text-sm text-muted" lang={item.language} dir="auto">
              {item.excerpt}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
