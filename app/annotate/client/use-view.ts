import { useCallback, useEffect, useState } from "react";

/** How this browser shows the page. Kept per device: a phone and a wide screen want different things. */
export type View = {
  raw: boolean;
  diff: boolean;
  sync: boolean;
  guidelines: boolean;
  mono: boolean;
  sideBySide: boolean;
  preview: boolean;
  promptFolded: boolean;
};

/** What is switched on and off while reading. */
export const VIEW_LABELS = {
  diff: "Differences",
  raw: "As written",
  sync: "Scroll together",
  guidelines: "Guidelines",
  promptFolded: "Prompt folded",
} as const;
export type SwitchedView = keyof typeof VIEW_LABELS;

const KEY = "tiebreak:view";
const START: View = {
  raw: false,
  diff: false,
  sync: false,
  guidelines: false,
  mono: false,
  sideBySide: false,
  preview: false,
  promptFolded: false,
};
/** What stays from one visit to the next; the rest would surprise. */
const KEPT: (keyof View)[] = ["sync", "guidelines", "mono", "sideBySide", "preview"];

export type ToggleView = (part: keyof View) => void;

export function useView(): [View, ToggleView] {
  const [view, setView] = useState(START);
  useEffect(() => setView({ ...START, ...stored() }), []);
  const toggle = useCallback<ToggleView>((part) => {
    setView((before) => {
      const after = { ...before, [part]: !before[part] };
      store(after);
      return after;
    });
  }, []);
  return [view, toggle];
}

function stored(): Partial<View> {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    return Object.fromEntries(KEPT.filter((part) => typeof value[part] === "boolean").map((part) => [part, value[part]]));
  } catch {
    return {};
  }
}

function store(view: View): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(KEPT.map((part) => [part, view[part]]))));
  } catch {
    // A browser that keeps nothing shows the page as at first next time.
  }
}
