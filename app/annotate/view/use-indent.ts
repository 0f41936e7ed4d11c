import { useCallback, type KeyboardEvent } from "react";
import { indent, outdent, type Replacement } from "../client/indent";

/** Tab and Shift+Tab indent in a text field. Escape closes the editor, and Shift+Tab leaves where nothing is indented: nobody is caught. */
export function useIndent() {
  return useCallback((event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey) return;
    const { value: text, selectionStart: start, selectionEnd: end } = event.currentTarget;
    const replacement = (event.shiftKey ? outdent : indent)({ text, start, end });
    if (!replacement) return;
    event.preventDefault();
    replace(event.currentTarget, replacement);
  }, []);
}

function replace(area: HTMLTextAreaElement, { from, to, insert, start, end }: Replacement): void {
  area.setSelectionRange(from, to);
  // Deprecated, and still the only way that a person can take back with Ctrl+Z.
  const done = document.execCommand(insert === "" ? "delete" : "insertText", false, insert);
  if (!done) {
    area.setRangeText(insert, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(start, end);
}
