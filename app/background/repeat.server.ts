import { log } from "../log.server";

/**
 * Does the work again and again, each time `ms` after the last end, until stopped; stopping waits for the turn in
 * progress. A failure is logged and the next turn comes all the same.
 */
export function repeat(name: string, ms: number, work: () => Promise<unknown>): { stop: () => Promise<void> } {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const turn = async () => {
    await work().catch((error: unknown) => log.warn({ err: error, work: name }, "Background work failed; it will be tried again"));
    if (!stopped) plan();
  };
  let timer: NodeJS.Timeout;
  const plan = () => {
    timer = setTimeout(() => (running = turn()), ms);
  };
  plan();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
