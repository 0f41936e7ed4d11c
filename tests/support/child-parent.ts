import { runInChild } from "../../app/background/child.server";

/** Starts a process that waits, says its id, and waits for it, until it is killed itself. */
const program = { file: "tests/support/child-program.ts", subject: "a-test", died: (how: string) => how };
const signal = new AbortController().signal;
await runInChild(program, "wait", { signal, progress: ({ begun }) => process.send?.(begun) });
