import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { workerProgram } from "../../../bin/worker-environment.mjs";

const run = promisify(execFile);
const env = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };

/** Runs a program of the worker's Python environment to its end, and gives what it printed. */
export async function python(program: "python" | "tiebreak-worker", args: string[]): Promise<string> {
  return (await run(workerProgram(program), args, { env, maxBuffer: 2 ** 28 })).stdout;
}
