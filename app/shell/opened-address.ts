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
    const left = opened !== undefined && opened !== pathname + search;
    if (left) window.location.reload();
  }, [pathname, search]);
}
