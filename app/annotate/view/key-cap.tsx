import { keyLabel } from "../keymap";

/** A key as printed on the keyboard. Hidden from screen readers, which hear aria-keyshortcuts instead. */
export const KeyCap = ({ chord }: { chord: string }) => (
  <kbd className="wb-key" aria-hidden>
    {keyLabel(chord)}
  </kbd>
);

/** The chord in the form that aria-keyshortcuts takes (WAI-ARIA 1.2). */
export const ariaKey = (chord: string) => (chord === " " ? "Space" : chord);
