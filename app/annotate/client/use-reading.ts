import { useCallback, useEffect, useState } from "react";
import { z } from "zod";

export const SIZES = ["88", "100", "112", "125", "150"] as const;
/** Characters to a line; see styles/workbench.css. */
export const MEASURES = ["60", "72", "90", "full"] as const;

const reading = z.object({
  /** Of the prompt and the responses, in percent. */
  size: z.enum(SIZES).catch("100"),
  measure: z.enum(MEASURES).catch("72"),
  /** B below A, also where both have room side by side. */
  stacked: z.boolean().catch(false),
  /** Long lines of code go on in the next. */
  wrapCode: z.boolean().catch(false),
});
export type Reading = z.infer<typeof reading>;

const KEY = "tiebreak:reading";

/** How this browser sets the texts. Kept per device, since a laptop and a wide screen want different things. */
export function useReading(): [Reading, (changes: Partial<Reading>) => void] {
  const [value, setValue] = useState<Reading>(() => reading.parse({}));
  useEffect(() => setValue(stored()), []);
  const change = useCallback((changes: Partial<Reading>) => {
    setValue((before) => {
      const after = { ...before, ...changes };
      store(after);
      return after;
    });
  }, []);
  return [value, change];
}

/** What the stylesheet goes by. */
export const readingAttributes = ({ size, measure, stacked, wrapCode }: Reading) => ({
  "data-size": size,
  "data-measure": measure,
  "data-stacked": stacked,
  "data-wrap-code": wrapCode,
});

function stored(): Reading {
  try {
    return reading.parse(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    return reading.parse({});
  }
}

function store(value: Reading): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing shows the page as at first next time.
  }
}
