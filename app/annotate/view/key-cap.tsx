import { keyLabel } from "../chord";

/** A key as printed on the keyboard. Hidden from screen readers, which hear aria-keyshortcuts instead. */
export const KeyCap = ({ chord }: { chord: string }) =>
  chord && (
    <kbd className="wb-key" aria-hidden>
      {keyLabel(chord)}
    </kbd>
  );

/** The chord in the form that aria-keyshortcuts takes (WAI-ARIA 1.2). */
export const ariaKey = (chord: string) => chord || undefined;
