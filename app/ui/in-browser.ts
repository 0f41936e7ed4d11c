import { useSyncExternalStore } from "react";

const subscribe = () => () => undefined;
const yes = () => true;
const no = () => false;

/**
 * False on the server and while the browser takes over what the server has drawn, true from then on. For what takes
 * long: the server has one thread for everybody, and drawing a page is one step that nothing interrupts.
 */
export const useInBrowser = (): boolean => useSyncExternalStore(subscribe, yes, no);
