// Commands that are run to their end, and the processes that are kept until `npm run up` ends. All of them end with it.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const ATTACHED = path.join(ROOT, "bin", "attached.mjs");
const GRACE_MS = 5000;
const running = new Set();

/**
 * Starts a command in a group of its own, which Ctrl-C on a terminal does not reach: `end` says when it ends. One that does not
 * listen for the end of its parent by itself is started with `attached`, and then does.
 */
export function start(command, args, { output = "pipe", env = {}, cwd = ROOT, attached = true } = {}) {
  const [program, ...rest] = attached ? [process.execPath, ATTACHED, command, ...args] : [command, ...args];
  const stdio = ["ignore", output, output, "ipc"];
  const child = spawn(program, rest, { cwd, detached: true, stdio, env: { ...process.env, ...env } });
  running.add(child);
  child.on("exit", () => {
    running.delete(child);
    // What it has left behind would hold a port, a GPU or a folder.
    killGroup(child);
  });
  return child;
}

function killGroup(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}

/** A command did not end well; `output` is all that it said. */
export class CommandError extends Error {
  constructor(command, args, how, output) {
    super(`${path.basename(command)} ${args.join(" ")} ended with ${how}\n${output.trim()}`);
    this.output = output;
  }
}

/** Runs a command to its end; its output is returned, or shown as it comes with `show`. */
export function run(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { output: show ? "inherit" : "pipe", ...options });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => (code === 0 ? resolve(output) : reject(new CommandError(command, args, signal ?? code, output))));
  });
}

/** Asks a process to end, and waits for it; after `graceMs` it and all that it has started are killed. */
export async function end(child, graceMs = GRACE_MS) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child), graceMs);
  await ended;
  clearTimeout(timer);
}

export const endCommands = () => Promise.all([...running].map((child) => end(child)));

/** For somebody who does not want to wait. */
export const killCommands = () => running.forEach(killGroup);
