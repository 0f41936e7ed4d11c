// node bin/attached.mjs COMMAND ARGUMENTS: runs a command that ends when whoever started this one does, by whatever death. It
// leads a process group of its own, by which what the command has started is found.
import { spawn } from "node:child_process";

const GRACE_MS = 15_000;
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: "inherit" });

// To the command alone: it knows in which order to end what it has started.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
const killAll = () => process.kill(-process.pid, "SIGKILL");
process.on("disconnect", () => {
  child.kill("SIGTERM");
  child.once("exit", killAll);
  setTimeout(killAll, GRACE_MS);
});

child.on("error", ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exit(127);
});
child.on("exit", (code, signal) => {
  if (!process.connected) return;
  if (!signal) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
