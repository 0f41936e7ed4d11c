// npm run up: installs what is missing, builds, and keeps the web application and one worker running until it is told to stop.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "../app/start-error.mjs";
import { ROOT, end, endCommands, killCommands, start } from "./commands.mjs";
import { asJson, openLog } from "./log-file.mjs";
import { requireDataFolder } from "./machine.mjs";
import { watchParents } from "./parents.mjs";
import { buildApplication, prepare } from "./setup.mjs";
import { installWorker, workerCommand } from "./worker-environment.mjs";

const dataDir = path.resolve(ROOT, process.env.TIEBREAK_DATA_DIR || ".data");
const log = openLog(path.join(dataDir, "logs", "tiebreak.log"));
const say = (text) => console.log(`  ${text}`);
/** What runs, in the order in which it was started. */
const kept = { server: undefined, worker: undefined };
let stopping = false;

/** Longer than the web application takes to end what is open, and a worker to hand in a checkpoint of gigabytes. */
const GRACE_MS = 600_000;

/**
 * Ends everything, in order: the worker hands its checkpoint to the web application, which stops the database that it started.
 * Asked again, it does not wait.
 */
async function stop(code) {
  if (stopping) {
    killCommands();
    process.exit(130);
  }
  stopping = true;
  if (kept.worker) await end(kept.worker, GRACE_MS);
  if (kept.server) await end(kept.server, GRACE_MS);
  await endCommands();
  process.exit(code);
}

const LONGEST_PAUSE_MS = 30_000;
/** Whoever has run for so long did not end because of how it was started. */
const WELL_MS = 60_000;

/** Starts a process again whenever it ends, after a pause that grows while it keeps ending. `again` says whether to, and why it ended. */
async function keep(name, begin, again) {
  for (let pause = 1000; !stopping;) {
    const since = Date.now();
    const child = (kept[name] = begin());
    const [code, signal] = await new Promise((resolve) => child.once("exit", (...how) => resolve(how)));
    if (stopping || !again(code, signal)) return;
    pause = Date.now() - since > WELL_MS ? 1000 : pause;
    say(`It starts again in ${pause / 1000} s.`);
    await sleep(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

/** Resolves with what the web application says when the pages are up for the first time. Ends this process when they never come up. */
function keepServer() {
  return new Promise((resolve) => {
    const running = { port: process.env.PORT, everUp: false, failure: undefined };
    const begin = () => {
      const env = { NODE_ENV: process.env.NODE_ENV || "production", LOG_LEVEL: process.env.LOG_LEVEL || "info", PORT: running.port ?? "" };
      const server = start(process.execPath, ["--import", "tsx", "bin/serve.ts"], { env, attached: false });
      for (const stream of [server.stdout, server.stderr])
        createInterface({ input: stream }).on("line", (line) => log.write(`${asJson(line)}\n`));
      server.on("message", (message) => hear(message, running, resolve));
      return server;
    };
    const again = (code, signal) => {
      if (!running.everUp) {
        if (!running.failure) say(`The web application ended before it was up (${signal ?? `code ${code}`}). The log is ${log.file}.`);
        void stop(code || 1);
        return false;
      }
      const how = signal ? `was killed (${signal}), most often by the system for memory` : `ended by itself with code ${code}`;
      say(running.failure ?? `The web application ${how}; the log is ${log.file}.`);
      running.failure = undefined;
      return true;
    };
    void keep("server", begin, again);
  });
}

function hear(message, running, up) {
  if (message.say) say(message.say);
  if (message.failed) running.failure = message.failed;
  if (message.failed && !running.everUp) console.error(`\n${message.failed}`);
  if (!message.ready) return;
  if (running.everUp) say("The pages are back.");
  Object.assign(running, { everUp: true, port: String(message.port) });
  up(message);
}

function greet({ port, newAccounts, code }) {
  const host = process.env.HOST && process.env.HOST !== "0.0.0.0" ? process.env.HOST : "localhost";
  const address = process.env.TIEBREAK_ORIGIN?.replace(/\/$/, "") || `http://${host}:${port}`;
  console.log(`\n  Tiebreak is up:  ${address}\n`);
  if (code) console.log(`  There is no admin yet. Make the first:  ${address}/setup?code=${code}\n`);
  const accounts = path.join(dataDir, "demo-accounts.json");
  if (!existsSync(accounts)) return;
  // Whatever keeps what is printed here, such as a system's journal, gets the passwords once.
  if (!newAccounts) console.log(`  The passwords of the demo accounts are in ${accounts}\n`);
  else {
    console.log("  Demo accounts (made for this data folder; change or close them before others come):");
    for (const { role, email, password } of JSON.parse(readFileSync(accounts, "utf8")))
      console.log(`    ${role.padEnd(10)} ${email.padEnd(28)} ${password}`);
    console.log("");
  }
}

/**
 * The worker comes after the pages, which are of use without it. The web application makes its token as soon as there
 * is an admin, which on an empty instance is when somebody signs up in the browser.
 */
async function keepWorker(port) {
  if (process.env.TIEBREAK_WORKER === "none") return;
  const problem = await installWorker();
  if (problem && !stopping) return say(`No worker: ${problem}`);
  const token = path.join(dataDir, "worker-token");
  while (!existsSync(token) && !stopping) await sleep(1000);
  const run = ["run", "--server", `http://127.0.0.1:${port}`, "--token-file", token, "--work-dir", path.join(dataDir, "worker")];
  const { command, args, env } = workerCommand(run);
  // A worker that was killed takes its job up where it was. One that ended by itself said why.
  const again = (code, signal) => {
    if (signal) say(`The worker was killed (${signal}), most often by the system for memory.`);
    else say(`The worker ended with ${code}. The pages go on; start again to train and serve models.`);
    return Boolean(signal);
  };
  await keep("worker", () => start(command, args, { output: "inherit", env }), again);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop(0));
// Whoever read what is said here may be gone before this process is.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
watchParents(() => void stop(0));

try {
  requireDataFolder(dataDir);
  await prepare();
  await buildApplication();
  const ready = await keepServer();
  greet(ready);
  await keepWorker(ready.port);
} catch (error) {
  if (!stopping) {
    console.error(`\n${error.message}`);
    if (!(error instanceof StartError)) log.write(`${asJson(error.stack)}\n`);
    await stop(1);
  }
}
