import { Check, CloudOff, HardDrive, LoaderCircle } from "lucide-react";
import { plural } from "../../ui/number";
import type { DraftStatus } from "../client/drafts";
import type { OutboxState } from "../client/outbox";

type Said = { icon: typeof Check; text: string; tone: string };

/** Where the person's work stands at this moment, in one line; never says "saved" before the server did. */
export function SaveStatus({ draft, outbox }: { draft: DraftStatus; outbox: OutboxState }) {
  const { icon: Icon, text, tone } = said(draft, outbox);
  const [brief, ...rest] = text.split(/(?=[,;])/);
  return (
    <p className={`flex items-center gap-1.5 text-xs whitespace-nowrap ${tone}`} data-testid="save-status" title={text}>
      <Icon size={13} aria-hidden className={Icon === LoaderCircle ? "motion-safe:animate-spin" : ""} />
      {/* A longer line would wrap the bar and move the text below it. */}
      <span>
        {brief}
        {rest.length > 0 && <span className="max-[110rem]:sr-only">{rest.join("")}</span>}
      </span>
    </p>
  );
}

function said(draft: DraftStatus, outbox: OutboxState): Said {
  const trouble = troubleOf(outbox);
  if (trouble) return { icon: CloudOff, text: trouble, tone: outbox.unkept > 0 ? "text-danger" : "text-warn" };
  if (outbox.waiting.length > 0) return { icon: LoaderCircle, text: "Saving…", tone: "text-muted" };
  return DRAFT[draft];
}

/** How many answers wait, why, and where they are kept; null as long as they go out. */
export function troubleOf({ trouble, unkept, waiting }: OutboxState): string | null {
  const answers = plural(waiting.length, "answer");
  if (unkept > 0) return `${answers} waiting; keep this page open`;
  return waiting.length > 0 && trouble ? `${reason[trouble.kind]}: ${answers} waiting, kept on this computer` : null;
}

const reason = { offline: "Offline", "signed-out": "Signed out", failed: "Server trouble" };

const DRAFT: Record<DraftStatus, Said> = {
  none: { icon: Check, text: "All saved", tone: "text-muted" },
  saving: { icon: LoaderCircle, text: "Saving draft…", tone: "text-muted" },
  saved: { icon: Check, text: "Draft saved", tone: "text-muted" },
  kept: { icon: HardDrive, text: "Draft kept on this computer", tone: "text-warn" },
  unkept: { icon: CloudOff, text: "Draft not saved; keep this page open", tone: "text-danger" },
};
