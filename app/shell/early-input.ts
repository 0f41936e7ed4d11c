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
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  if (!isTicked(field)) return field.value !== field.defaultValue;
  // Of a group of radio buttons, the one that is on speaks for all.
  return field.checked !== field.defaultChecked && (field.checked || field.type === "checkbox");
}

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
