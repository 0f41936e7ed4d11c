import { useFetchers, useLocation, useNavigation } from "@remix-run/react";
import { useEffect, useRef } from "react";

/** The heading of the page on screen. */
export const pageHeading = () => document.querySelector<HTMLElement>("#main h1");

/**
 * Keeps the focus where the person is (WCAG 2.4.3): a new page puts it on its heading, a refused form on its first field in
 * error, and when what had it has gone with an answer of the server, the heading has it.
 */
export function useFocusManagement(): void {
  const { pathname, key } = useLocation();
  const running = [useNavigation(), ...useFetchers()].filter(({ state }) => state !== "idle");
  const sending = running.some(({ formMethod }) => formMethod === "POST");
  const idle = running.length === 0;
  const last = useLastFocused();

  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== pathname) pageHeading()?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);

  const sent = useRef(false);
  useEffect(() => {
    if (sent.current && !sending) firstInvalid()?.focus();
    sent.current = sending;
  }, [sending]);

  useEffect(() => {
    if (idle && last.current?.isConnected === false && document.activeElement === document.body)
      pageHeading()?.focus({ preventScroll: true });
  }, [idle, key, last]);
}

function firstInvalid(): HTMLElement | null {
  const form = document.activeElement?.closest("form");
  return (form ?? document).querySelector<HTMLElement>('form [aria-invalid="true"]');
}

function useLastFocused() {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const remember = (event: FocusEvent) => (last.current = event.target as Element);
    document.addEventListener("focusin", remember);
    return () => document.removeEventListener("focusin", remember);
  }, []);
  return last;
}
