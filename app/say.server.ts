import { log } from "./log.server";
import { singleton } from "./singleton.server";

type Listener = (text: string) => void;
const listener = () => singleton<{ tell: Listener }>("say", () => ({ tell: () => undefined }));

/** Whoever watches the start, on a terminal, reads what is said from now on. */
export const onSay = (tell: Listener) => void (listener().tell = tell);

/** A sentence for the person who starts the program; the log has it too. */
export function say(text: string): void {
  log.info(text);
  listener().tell(text);
}
