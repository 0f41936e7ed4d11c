import { fork, type ChildProcess } from "node:child_process";
import { UserError } from "../errors";
import type { FromChild, ToChild, Usage } from "./child";
import { errorOf } from "./failure";
import type { ReleaseJob } from "./publish.server";
import type { WriteContext } from "./write.server";

/**
 * Nearly everything that a release allocates is dead within a row: a small nursery is emptied often, and stays in the
 * processor's cache. With the default, garbage of the size of the rest of the process waits to be collected.
 */
const NODE = ["--import", "tsx", "--max-semi-space-size=4"];

/**
 * Makes a release in a process of its own, so that the pages of this one stay quick, and its memory is given back in the
 * end. Returns what it took. Throws what that process threw, or UserError when it died. It ends with this process.
 */
export async function makeInChild(job: ReleaseJob, databaseUrl: string, { signal, progress }: WriteContext): Promise<Usage> {
  signal.throwIfAborted();
  // The id is there for whoever reads the list of processes.
  const child = fork("app/releases/child.ts", [job.run.id], { execArgv: NODE, serialization: "advanced" });
  const send = (message: ToChild) => void (child.connected && child.send(message));
  const stop = () => send({ stop: String(signal.reason) });
  signal.addEventListener("abort", stop, { once: true });
  try {
    const ending = ended(child, progress);
    send({ make: job, databaseUrl });
    return await ending;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function ended(child: ChildProcess, progress: WriteContext["progress"]): Promise<Usage> {
  return new Promise((resolve, reject) => {
    let answer: FromChild | undefined;
    child.on("message", (message: FromChild) => {
      if ("progress" in message) progress(message.progress as Parameters<typeof progress>[0]);
      else answer = message;
    });
    child.on("error", reject);
    child.on("close", (code, killed) => {
      if (answer && "done" in answer) resolve(answer.done);
      else if (answer && "failed" in answer) reject(errorOf(answer.failed));
      else reject(new UserError(died(killed ?? `code ${code}`), 503));
    });
  });
}

const died = (how: string) =>
  `The process that made this release ended in the middle (${how}); the machine may have run out of memory. Nothing of the release was kept. Make it again.`;
