/**
 * Whether a key press belongs to an input method that is composing a character: Enter takes what it offers, Escape
 * refuses it, and neither is meant for the page. Safari ends the composition before the key that ended it; there only
 * the key code tells.
 */
export const isComposing = ({ isComposing, keyCode }: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean =>
  isComposing || keyCode === 229;

/**
 * The one door that every key press of the application passes, before any handler of the document, of a dialog or of a
 * field, ours or a library's: what belongs to an input method goes no further. The text itself arrives by input events.
 */
export function keepCompositionFromHandlers(): void {
  const keep = (event: KeyboardEvent) => isComposing(event) && event.stopPropagation();
  addEventListener("keydown", keep, { capture: true });
  addEventListener("keyup", keep, { capture: true });
}
