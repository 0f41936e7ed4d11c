import { useEffect } from "react";
import { flushSync } from "react-dom";
import { chordOf, letterOf } from "../chord";
import { actionFor, type ActionId, type Keymap } from "../keymap";
import { Presses } from "./presses";
import { useLatest } from "./use-latest";

export type KeyHandler = (action: ActionId | "escape") => void;

const WRITING = 'textarea, select, [contenteditable="true"], input:not([type="radio"], [type="checkbox"])';
/** Elements whose own meaning of Enter and Space must not be taken away. */
const PRESSABLE = "a[href], button, summary, [role='button'], [role='switch']";

/**
 * Turns key presses into actions, wherever the focus is, but never while somebody writes or a dialog is open: there
 * only Escape and Ctrl+Enter act. A key that is held down or bounces acts once; only scrolling goes on.
 */
export function useKeys(keymap: Keymap, enabled: boolean, handle: KeyHandler): void {
  const current = useLatest({ keymap, enabled, handle });
  useEffect(() => {
    const presses = new Presses();
    const down = (event: KeyboardEvent) => {
      const again = presses.isAgain(event);
      if (!current.current.enabled || event.defaultPrevented || document.querySelector("[role='dialog'][data-state='open']")) return;
      const action = actionOf(event, current.current.keymap);
      if (again && action !== "down" && action !== "up") {
        if (presses.acted) event.preventDefault();
        return;
      }
      if (!action) return;
      event.preventDefault();
      presses.act();
      // What the key opens is there, and has the focus, before the next key arrives.
      flushSync(() => current.current.handle(action));
    };
    document.addEventListener("keydown", down);
    return () => document.removeEventListener("keydown", down);
  }, [current]);
}

function actionOf(event: KeyboardEvent, keymap: Keymap): ActionId | "escape" | undefined {
  const target = event.target instanceof Element ? event.target : null;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "Escape") return "escape";
  if (event.key === "Enter" && control) return "confirm";
  if (target?.closest(WRITING)) return undefined;
  if (control) return letterOf(event) === "z" && !event.shiftKey ? "undo" : undefined;
  if ((event.key === "Enter" || event.key === " ") && target?.closest(PRESSABLE)) return undefined;
  const chord = chordOf(event);
  return chord ? actionFor(keymap, chord) : undefined;
}
