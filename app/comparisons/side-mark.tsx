import { cx } from "../ui/cx";

export const sideName = (side: number): "A" | "B" => (side === 0 ? "A" : "B");

/**
 * What somebody who wrote "A" and "B" meant: on their screen A is the response on the left. `leftSide` is the one that was
 * there, `models` those of the responses as stored.
 */
export function theirLetters(leftSide: number, models: readonly string[]): string {
  const [left, right] = leftSide === 0 ? [0, 1] : [1, 0];
  const said = (side: number) => `${models[side] ?? "?"} (${sideName(side)} here)`;
  return `Their A = ${said(left)}, their B = ${said(right)}`;
}

/** The letter of a response, in its colour. A and B are the responses as stored, not the places on an annotator's screen. */
export function SideMark({ side }: { side: number }) {
  return (
    <span
      className={cx(
        "inline-flex size-5 shrink-0 items-center justify-center rounded text-xs font-bold",
        side === 0 ? "bg-side-a-soft text-side-a" : "bg-side-b-soft text-side-b",
      )}
    >
      {sideName(side)}
    </span>
  );
}
