import { useLocation } from "@remix-run/react";
import { useEffect } from "react";

const KEY = "__openedAddress";

/**
 * Records the address that the server rendered the page for, before anything can change it. Back, Forward and a hash link
 * change the address of a page that React has not taken over yet, and nobody hears of it. Text, for it runs in the page's head.
 */
export const OPENED_ADDRESS_SCRIPT = `window.${KEY} = location.pathname + location.search;`;

/**
 * Loads the page again where the address changed before React took it over: the rows of one page of a list would otherwise be
 * shown under the address of another one. Remix does the same, but for the path only.
 */
export function useOpenedAddress(): void {
  const { pathname, search } = useLocation();
  useEffect(() => {
    const page = window as { [KEY]?: string };
    const opened = page[KEY];
    delete page[KEY];
    if (opened !== undefined && opened !== pathname + search) window.location.reload();
  }, [pathname, search]);
}

/**
 * What a person enters while the page is shown and React has not taken it over yet is in the fields and nowhere else: React keeps
 * it on the screen (a box looks ticked) but its state does not have it. Each such field is handed over as if it were entered then.
 */
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Call before `hydrateRoot`. What it returns tells React about the fields that were changed up to then: call it after the first commit. */
export function rememberEarlyInput(): () => void {
  const changed = [...document.querySelectorAll<Field>("input, textarea, select")].filter(isChanged);
  const entered = changed.map((field) => [field, content(field)] as const);
  return () => {
    // Who goes on typing meanwhile is heard by React already.
    for (const [field, value] of entered) if (field.isConnected && content(field) === value) handOver(field);
  };
}

const isTicked = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");

const content = (field: Field): string => (isTicked(field) ? String(field.checked) : field.value);

function isChanged(field: Field): boolean {
  if (field.disabled) return false;
  if (field instanceof HTMLSelectElement) return field.selectedIndex !== presetOf(field);
  if (!isTicked(field)) return field.value !== field.defaultValue;
  // Of a group of radio buttons, the one that is on speaks for all.
  return field.checked !== field.defaultChecked && (field.checked || field.type === "checkbox");
}

/** The option that is on when nobody has chosen: the one that is marked, else the first. No list here takes several. */
const presetOf = ({ options }: HTMLSelectElement): number =>
  Math.max(
    [...options].findIndex((option) => option.defaultSelected),
    Math.min(0, options.length - 1),
  );

/** React leaves out events whose field has the value that it knows already, so that it has to forget the value first. */
function handOver(field: Field): void {
  if (isTicked(field)) {
    field.checked = !field.checked;
    field.click();
    return;
  }
  // The one way that leaves the caret, and what an input method is composing, where they are.
  (field as { _valueTracker?: { setValue(value: string): void } })._valueTracker?.setValue(`${field.value}?`);
  const choice = field instanceof HTMLSelectElement || field.type === "file";
  field.dispatchEvent(new Event(choice ? "change" : "input", { bubbles: true }));
}
