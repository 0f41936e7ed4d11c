// npm run up: installs what is missing, builds, and runs the web application and one worker until it is told to stop.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT, buildApplication, installWorker, prepare, workerProgram } from "./setup.mjs";

const dataDir = path.resolve(ROOT, process.env.TIEBREAK_DATA_DIR ?? ".data");
const children = new Set();
let stopping = false;

function start(command, args, options = {}) {
  // In a group of its own, so that Ctrl-C reaches this process alone, which then stops them in their order.
  const child = spawn(command, args, {
    cwd: ROOT,
    detached: process.platform !== "win32",
    ...options,
    env: { ...process.env, ...options.env },
  });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

/**
 * Asks every child to stop, and waits for it, the last one first: the worker hands its checkpoint to the web application,
 * which stops the database that it started.
 */
async function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const child of [...children].reverse()) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  process.exit(code);
}

function startServer() {
  return new Promise((resolve) => {
    const env = { NODE_ENV: "production", LOG_LEVEL: process.env.LOG_LEVEL ?? "warn" };
    const server = start(process.execPath, ["--import", "tsx", "bin/serve.ts"], { stdio: ["ignore", "inherit", "inherit", "ipc"], env });
    server.on("message", (message) => message.ready && resolve(message.port));
    server.on("exit", (code) => void stop(code ?? 1));
  });
}

function greet(port) {
  const host = process.env.HOST && process.env.HOST !== "0.0.0.0" ? process.env.HOST : "localhost";
  console.log(`\n  Tiebreak is up:  ${process.env.TIEBREAK_ORIGIN ?? `http://${host}:${port}`}\n`);
  const accounts = path.join(dataDir, "demo-accounts.json");
  if (existsSync(accounts)) {
    console.log("  Demo accounts (made for this data folder; change or close them before others come):");
    for (const { role, email, password } of JSON.parse(readFileSync(accounts, "utf8")))
      console.log(`    ${role.padEnd(10)} ${email.padEnd(28)} ${password}`);
    console.log("");
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop(0));

try {
  await prepare();
  await buildApplication();
  const port = await startServer();
  greet(port);
  await startWorker(port);
} catch (error) {
  console.error(`\n${error.message}`);
  await stop(1);
}

/**
 * The worker comes after the pages, which are of use without it. The web application makes its token as soon as there
 * is an admin, which on an empty instance is when somebody signs up in the browser.
 */
async function startWorker(port) {
  if (process.env.TIEBREAK_WORKER === "none") return;
  const problem = await installWorker();
  if (problem) return console.log(`  No worker: ${problem}`);
  const token = path.join(dataDir, "worker-token");
  while (!existsSync(token) && !stopping) await sleep(1000);
  if (stopping) return;
  const args = ["run", "--server", `http://127.0.0.1:${port}`, "--token-file", token, "--work-dir", path.join(dataDir, "worker")];
  runWorker(args);
}

/** A worker that was killed starts again, and takes its job up where it was. One that ended by itself said why. */
function runWorker(args) {
  const worker = start(workerProgram("tiebreak-worker"), args, { stdio: ["ignore", "inherit", "inherit"] });
  worker.on("exit", async (code, signal) => {
    if (stopping) return;
    if (!signal) return console.log(`  The worker ended with ${code}. The pages go on; start again to train and serve models.`);
    console.log(`  The worker was killed (${signal}), most often by the system for memory. It starts again.`);
    await sleep(2000);
    if (!stopping) runWorker(args);
  });
}
