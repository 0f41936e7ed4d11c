import { useEffect, type RefObject } from "react";

type Box = RefObject<HTMLElement | null>;
const STEP = 0.7;
export const SCROLL_EVENT = "tiebreak:scroll";

/** Asks the responses on screen to scroll by most of their height; 1 is down, -1 is up. */
export const scrollResponses = (direction: 1 | -1) => document.dispatchEvent(new CustomEvent(SCROLL_EVENT, { detail: direction }));

/** Scrolls the two responses of the pair on screen: by key, and one with the other when `sync` is on. */
export function useScrolling(left: Box, right: Box, active: boolean, sync: boolean): void {
  useEffect(() => {
    if (!active) return;
    const scroll = (event: Event) => {
      const direction = (event as CustomEvent<1 | -1>).detail;
      const boxes = [left.current, right.current].filter((box) => box !== null);
      const still = matchMedia("(prefers-reduced-motion: reduce)");
      const own = boxes.some((box) => box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY !== "visible");
      // One below the other they scroll as one, or the page does.
      const around = [left.current?.closest<HTMLElement>(".wb-responses"), document.scrollingElement!];
      for (const target of own ? boxes : [around.find((box) => box && box.scrollHeight > box.clientHeight + 1) ?? around[1]!]) {
        target.scrollBy({ top: direction * target.clientHeight * STEP, behavior: still.matches ? "instant" : "smooth" });
      }
    };
    document.addEventListener(SCROLL_EVENT, scroll);
    return () => document.removeEventListener(SCROLL_EVENT, scroll);
  }, [left, right, active]);

  useEffect(() => {
    if (!active || !sync || !left.current || !right.current) return;
    return linkScrolling(left.current, right.current);
  }, [left, right, active, sync]);
}

/** Keeps both boxes at the same share of their height. The box that is being scrolled leads, until it has been still for a moment. */
function linkScrolling(a: HTMLElement, b: HTMLElement): () => void {
  let leader: HTMLElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = (from: HTMLElement, to: HTMLElement) => () => {
    if (leader !== null && leader !== from) return;
    leader = from;
    clearTimeout(timer);
    timer = setTimeout(() => (leader = null), 120);
    const share = from.scrollTop / Math.max(1, from.scrollHeight - from.clientHeight);
    to.scrollTop = share * (to.scrollHeight - to.clientHeight);
  };
  const [fromA, fromB] = [follow(a, b), follow(b, a)];
  a.addEventListener("scroll", fromA, { passive: true });
  b.addEventListener("scroll", fromB, { passive: true });
  return () => {
    clearTimeout(timer);
    a.removeEventListener("scroll", fromA);
    b.removeEventListener("scroll", fromB);
  };
}
