import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

/** Loads the page's data again every `ms` while the tab is looked at; 0 stops it. */
export function useRefresh(ms: number): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (ms === 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && state === "idle") void revalidate();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, revalidate, state]);
}
