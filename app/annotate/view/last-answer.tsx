import { Undo2 } from "lucide-react";
import { Button } from "../../ui/button";
import type { OutboxState } from "../client/outbox";
import type { Last } from "../client/use-undo";
import { ariaKey, KeyCap } from "./key-cap";

type Props = { last: Last; undoing: boolean; undo: () => void; chord: string; outbox: OutboxState };

/** The answer that was just given, with the way back. It stays until the next answer, not for some seconds. */
export function LastAnswer({ last, undoing, undo, chord, outbox }: Props) {
  const refused = outbox.refused.some((item) => item.id === last.itemId);
  return (
    <span className="flex items-center gap-1 text-xs text-muted" data-testid="last-answer">
      <span>
        Last pair: {last.said}
        {refused ? ", not accepted" : ""}
      </span>
      <Button size="small" tone="quiet" onClick={undo} disabled={undoing} aria-keyshortcuts={ariaKey(chord)}>
        <Undo2 size={13} aria-hidden /> {undoing ? "Undoing…" : "Undo"}
        <span className="max-sm:hidden">
          <KeyCap chord={chord} />
        </span>
      </Button>
    </span>
  );
}
