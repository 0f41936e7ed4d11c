// The worker's Python environment: which Python, which build of PyTorch, and where it lies.
import { spawnSync } from "node:child_process";
import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { StartError } from "../app/start-error.mjs";
import { ROOT, run } from "./commands.mjs";
import { requireSpace } from "./machine.mjs";
import { pipReason } from "./reasons.mjs";
import { hashOf, step } from "./setup.mjs";

const WORKER = path.join(ROOT, "worker");
const dataDir = () => path.resolve(ROOT, process.env.TIEBREAK_DATA_DIR || ".data");

/** In the clone, or in the data folder when the clone is not ours to write to. */
function home() {
  const inClone = path.join(ROOT, ".cache");
  try {
    mkdirSync(inClone, { recursive: true });
    for (const folder of [inClone, WORKER]) accessSync(folder, constants.W_OK);
    return { folder: inClone, ours: true };
  } catch {
    return { folder: path.join(dataDir(), "worker-env"), ours: false };
  }
}

const environment = () => path.join(home().folder, "worker");
export const workerProgram = (name) => path.join(environment(), "bin", name);

/** How the worker is started. It always runs the code of this clone, also from an environment elsewhere. */
export const workerCommand = (args) => ({
  command: workerProgram("python"),
  args: ["-m", "tiebreak_worker", ...args],
  env: { PYTHONPATH: WORKER },
});

/** Makes the worker's environment. Returns why there is none, or undefined when it is ready. */
export async function installWorker() {
  try {
    await install();
    return undefined;
  } catch (error) {
    if (error instanceof StartError) return error.message;
    return `The worker could not be installed: ${pipReason(error.output ?? error.message)}. All that was said is in ${path.join(home().folder, "setup", "worker.log")}.`;
  }
}

async function install() {
  const { folder, ours } = home();
  const gpu = hasNvidia();
  // A GPU that comes later needs another build of PyTorch.
  const hash = hashOf(["worker/pyproject.toml"]) + (gpu ? " cuda" : "");
  const stamps = { hash, result: workerProgram("python"), folder: path.join(folder, "setup") };
  // Asked for only when there is something to do: a Python that is gone does no harm to an environment that is there.
  let python;
  const message = `Installing the worker (${gpu ? "with CUDA for this machine's GPU: 3 GB to download" : "0.6 GB to download"}; several minutes the first time)`;
  await step("worker", { ...stamps, message, before: () => (python = findPython()) }, async () => {
    requireSpace(folder, gpu ? CUDA_BYTES : CPU_BYTES, "Installing the worker");
    try {
      await fill(python, { gpu, ours });
    } catch (error) {
      rmSync(environment(), { recursive: true, force: true });
      throw error;
    }
  });
}

/** On disk while it is installed, pinned versions and all. */
const CPU_BYTES = 2.2e9;
const CUDA_BYTES = 10e9;

async function fill(python, { gpu, ours }) {
  const venv = environment();
  await run(python, ["-m", "venv", "--clear", venv]);
  const temporary = path.join(venv, "tmp");
  mkdirSync(temporary);
  // What pip unpacks meanwhile lies in the environment too, and goes with it when the installation breaks off.
  const pip = (...args) =>
    run(workerProgram("python"), ["-m", "pip", "--disable-pip-version-check", ...args], { env: { TMPDIR: temporary } });
  await choosePyTorch(pip, gpu);
  const source = ours ? WORKER : path.join(venv, "source");
  // Installing writes beside what is installed.
  if (!ours) cpSync(WORKER, source, { recursive: true });
  const all = ["install", "--quiet", "-e", `${source}[test]`];
  // Without retries an unreachable package index is passed over at once; with them, a flaky network gets its chance.
  await pip(...all, "--retries", "0").catch((error) => (/No space left/.test(error.output) ? Promise.reject(error) : pip(...all)));
  rmSync(temporary, { recursive: true, force: true });
}

const CPU_INDEX = "https://download.pytorch.org/whl/cpu";

/**
 * Without an NVIDIA GPU the build that needs none, a seventh of the size, from PyTorch's own index or wherever pip finds it; with
 * one the build with CUDA, which pip would pass over for the other where it sees both. macOS has a single build.
 */
async function choosePyTorch(pip, gpu) {
  if (process.platform !== "linux") return;
  const [, version] = /"torch==([^"]+)"/.exec(readFileSync(path.join(WORKER, "pyproject.toml"), "utf8"));
  const quick = ["--retries", "0", "--timeout", "10"];
  const elsewhere = gpu ? [] : ["--extra-index-url", CPU_INDEX];
  const found = await pip("index", "versions", "torch", ...elsewhere, ...quick).catch(({ output }) => output);
  const has = (build) => new RegExp(`[ ,]${build.replace(/[.+]/g, "\\$&")}(,|\\s|$)`).test(found);
  const note = (text) => process.stdout.write(`\n  ${text}\n`);
  // "===" is this very text, while "==" takes any build of the version, and the one with the longer name first.
  const wanted = gpu ? `torch===${version}` : `torch==${version}+cpu`;
  if (has(gpu ? version : `${version}+cpu`)) await pip("install", "--quiet", "--no-deps", wanted, ...elsewhere, "--retries", "1");
  else if (gpu) note(`pip finds no build of PyTorch ${version} with CUDA, so the GPU will not be used.`);
  else {
    note(`PyTorch's index of CPU builds cannot be reached, so pip takes the build with CUDA: 3 GB to download, 7 GB on disk.`);
    requireSpace(environment(), CUDA_BYTES, "The worker with that build");
  }
}

function hasNvidia() {
  if (process.platform !== "linux") return false;
  return existsSync("/proc/driver/nvidia/version") || spawnSync("nvidia-smi", ["-L"], { timeout: 10_000 }).status === 0;
}

const NAMES = ["python3.13", "python3.12", "python3.11", "python3", "python"];
const ASK = "import sys\nprint('%d.%d' % sys.version_info[:2])\ntry:\n import venv, ensurepip\n print('venv')\nexcept ImportError: pass";

/** The interpreter for the worker. Throws StartError with what was found in its place. */
export function findPython(named = process.env.PYTHON, names = NAMES) {
  const found = (named ? [named] : names).map(ask);
  const fit = found.find(({ version, venv }) => suits(version) && venv);
  if (fit) return fit.name;
  throw new StartError(whyNot(found, named));
}

function ask(name) {
  const { status, stdout } = spawnSync(name, ["-c", ASK], { encoding: "utf8" });
  const [version, venv] = status === 0 ? stdout.trim().split("\n") : [];
  return { name, version, venv: venv === "venv" };
}

const suits = (version) => ["3.11", "3.12", "3.13"].includes(version);

function whyNot(found, named) {
  const needed = "Models can be trained and served here once Python 3.11, 3.12 or 3.13 is installed";
  const bare = found.find(({ version }) => suits(version));
  if (bare)
    return `${bare.name} (Python ${bare.version}) has no venv; on Debian and Ubuntu: apt-get install python${bare.version}-venv. Then start again.`;
  if (named) {
    const is = found[0].version ? `is Python ${found[0].version}` : "cannot be run";
    return `PYTHON names ${named}, which ${is}. It must name Python 3.11, 3.12 or 3.13, or be left out.`;
  }
  const others = found.filter(({ version }) => version).map(({ name, version }) => `${name} is ${version}`);
  return `${needed}${others.length > 0 ? ` (${others.join(", ")})` : ""}; PYTHON may name it.`;
}
