import { fork, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { UserError } from "../errors";
import { log } from "../log.server";
import type { FromChild, ToChild, Usage } from "./child";
import { errorOf } from "./failure";

export type Program = {
  /** The file to run, which calls serveParent. */
  file: string;
  /** An id for whoever reads the list of processes. */
  subject: string;
  /** Options of Node, such as the size of its nursery. */
  node?: string[];
  /** Of JavaScript objects, in MiB. Beyond it V8 ends the process. */
  heapMb?: number;
  /** Of the whole process, buffers included, in MiB. Beyond it the process is killed; only Linux tells. */
  memoryMb?: number;
  /** What to tell people when the process ends without an answer; `how` is the signal, the code, or the limit that it passed. */
  died: (how: string) => string;
};

type Context = { signal: AbortSignal; progress?: (columns: Record<string, number>) => void };

const LOOK_EVERY_MS = 200;
/** Of what the process prints, which is nothing unless it crashes. */
const KEPT_OUTPUT = 4000;

/**
 * Does a job in a process of its own, so that the pages of this one stay quick and its memory is given back in the end.
 * Returns what came of it and what it took. Throws what that process threw, or UserError when it died. It ends with this
 * process.
 */
export async function runInChild<Done>(
  program: Program,
  job: unknown,
  { signal, progress }: Context,
): Promise<{ done: Done; usage: Usage }> {
  signal.throwIfAborted();
  const { file, subject, node = [], heapMb } = program;
  const limits = heapMb ? [`--max-old-space-size=${heapMb}`] : [];
  const child = fork(file, [subject], {
    execArgv: ["--import", "tsx", ...node, ...limits],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const send = (message: ToChild<unknown>) => void (child.connected && child.send(message, () => undefined));
  const stop = () => send({ stop: String(signal.reason) });
  signal.addEventListener("abort", stop, { once: true });
  try {
    const ending = ended<Done>(child, program, progress);
    send({ job });
    return await ending;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function ended<Done>(child: ChildProcess, program: Program, progress: Context["progress"]): Promise<{ done: Done; usage: Usage }> {
  return new Promise((resolve, reject) => {
    let answer: FromChild<Done> | undefined;
    const output = keepOutput(child);
    const memory = watchMemory(child, program.memoryMb);
    child.on("message", (message: FromChild<Done>) => {
      if ("progress" in message) progress?.(message.progress);
      else if ("warn" in message) log.warn(...message.warn);
      else answer = message;
    });
    child.on("error", reject);
    child.on("close", (code, killed) => {
      memory.end();
      if (answer && "done" in answer) return resolve(answer);
      if (answer && "failed" in answer) return reject(errorOf(answer.failed));
      const how = memory.over() ?? killed ?? `code ${code}`;
      log.warn({ file: program.file, subject: program.subject, how, output: output() }, "A process ended in the middle of its work");
      reject(new UserError(program.died(how), 503));
    });
  });
}

/** The last that the process printed: V8's words when it runs out of memory. */
function keepOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-KEPT_OUTPUT);
    });
  return () => text;
}

/** Kills the process when it grows beyond its limit, before the machine has to choose whom to kill. */
function watchMemory(child: ChildProcess, limitMb: number | undefined): { end: () => void; over: () => string | undefined } {
  let over: string | undefined;
  if (!limitMb) return { end: () => undefined, over: () => over };
  const look = async () => {
    const grown = await residentMb(child.pid ?? 0);
    if (grown === undefined || grown <= limitMb || child.exitCode !== null) return;
    over = `more than ${limitMb} MB of memory`;
    child.kill("SIGKILL");
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { end: () => clearInterval(timer), over: () => over };
}

async function residentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
