import { useEffect, useRef, useState, type RefObject } from "react";
import type { Workbench } from "../client/use-workbench";
import { pairNumber } from "./toolbar";

/** Says what changed to those who do not see it. */
export const Announcer = ({ text }: { text: string }) => (
  <p className="sr-only" role="status" aria-live="polite" data-testid="announcer">
    {text}
  </p>
);

const LONGEST = 160;

/**
 * When another pair comes on screen: moves the focus to the page's heading, since what had it is gone, and says which
 * pair this is. The first pair of the page takes no focus.
 */
export function useArrival({ task, state, last }: Workbench, heading: RefObject<HTMLElement | null>): string {
  const [said, setSaid] = useState("");
  const id = task?.pair.comparisonId ?? null;
  const before = useRef<string | null>(null);
  const context = useRef({ task, state, last });
  context.current = { task, state, last };
  useEffect(() => {
    const { task: now, state: at, last: done } = context.current;
    const first = before.current === null;
    before.current = id;
    if (!id || !now) return;
    const prompt = now.pair.messages.at(-1)?.content ?? "";
    const gone = first || !done ? "" : `${done.said}. `;
    setSaid(`${gone}Pair ${pairNumber(at.progress)}. ${prompt.slice(0, LONGEST)}`);
    if (!first) heading.current?.focus({ preventScroll: true });
    if (!first) window.scrollTo({ top: 0 });
  }, [id, heading]);
  return said;
}
