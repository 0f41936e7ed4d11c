import { setTimeout as sleep } from "node:timers/promises";
import { serveParent } from "../../app/background/child";
import { UserError } from "../../app/errors";

/** A program for the tests of app/background/child.server.ts: answers, fails, waits or takes memory, as it is told. */
export type ChildTask = "answer" | "refuse" | "break" | "wait" | "objects" | "buffers" | "exit";

const held: unknown[] = [];
const hold = (what: () => unknown): never => {
  for (;;) held.push(what());
};

const TASKS: Record<ChildTask, (signal: AbortSignal) => unknown> = {
  answer: () => ({ at: new Date(0), pid: process.pid }),
  refuse: () => {
    throw new UserError("Not with these words.", 409, { code: "no_words", field: "words", detail: { count: 3 } });
  },
  break: () => {
    throw Object.assign(new Error("The disk is full"), { code: "ENOSPC" });
  },
  wait: async (signal) => {
    await sleep(3_600_000, undefined, { signal });
  },
  objects: () => hold(() => ({ text: [1, 2, 3] })),
  // A turn of the event loop each, as in work that reads a file.
  buffers: async () => {
    for (;;) {
      held.push(Buffer.alloc(16 * 1024 * 1024, 1));
      await sleep(1);
    }
  },
  exit: () => process.exit(7),
};

serveParent(async (task: ChildTask, { signal, progress, warn }) => {
  progress({ begun: process.pid });
  warn({ task }, "A task begins");
  return (await TASKS[task](signal)) as { at: Date; pid: number } | undefined;
});
