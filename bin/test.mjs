// npm test: does its own set-up, then runs every check. `npm test -- lint types` runs only the named ones.
import path from "node:path";
import { ROOT, endCommands, killCommands, run } from "./commands.mjs";
import { watchParents } from "./parents.mjs";
import { buildApplication, findBrowser, prepare } from "./setup.mjs";
import { installWorker, workerProgram } from "./worker-environment.mjs";

const bin = (name) => path.join(ROOT, "node_modules", ".bin", name);
const worker = path.join(ROOT, "worker");

/** Name → what it needs first, and the command. In order: the quickest to fail come first. */
const CHECKS = {
  lint: { command: [bin("eslint"), [".", "--max-warnings", "0"]] },
  format: { command: [bin("prettier"), ["--check", "--log-level", "warn", "app", "bin", "seed", "tests", "styles"]] },
  types: { command: [bin("tsc"), ["--noEmit"]] },
  unit: { command: [bin("vitest"), ["run", "--config", "tests/vitest.config.ts", "--project", "unit"]] },
  database: { command: [bin("vitest"), ["run", "--config", "tests/vitest.config.ts", "--project", "database"]] },
  "worker-lint": { needs: [python], command: [workerProgram("ruff"), ["check", worker]] },
  "worker-format": { needs: [python], command: [workerProgram("ruff"), ["format", "--check", worker]] },
  worker: {
    needs: [python, buildApplication],
    command: [workerProgram("python"), ["-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", worker]],
  },
  browser: { needs: [buildApplication, browser], command: [bin("playwright"), ["test", "--config", "tests/playwright.config.ts"]] },
};

async function python() {
  const problem = await installWorker();
  if (problem) throw new Error(problem);
}

async function browser() {
  const found = await findBrowser();
  if (found) process.env.TIEBREAK_BROWSER = found;
}

async function check(name) {
  const { needs = [], command } = CHECKS[name];
  const started = Date.now();
  console.log(`\n── ${name} ${"─".repeat(Math.max(0, 70 - name.length))}`);
  try {
    for (const need of needs) await need();
    await run(command[0], command[1], { show: true, env: { CI: process.env.CI ?? "", FORCE_COLOR: process.stdout.isTTY ? "1" : "0" } });
    return { name, ok: true, seconds: (Date.now() - started) / 1000 };
  } catch (error) {
    console.error(error.message);
    return { name, ok: false, seconds: (Date.now() - started) / 1000 };
  }
}

let stopping = false;
async function stop() {
  if (stopping) killCommands();
  stopping = true;
  await endCommands();
  process.exit(130);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop());
watchParents(() => void stop());

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(", ")}. There are: ${Object.keys(CHECKS).join(", ")}.`);
  process.exit(2);
}
await prepare().catch((error) => {
  console.error(`\n${error.message}`);
  process.exit(1);
});
const results = [];
for (const name of wanted.length > 0 ? wanted : Object.keys(CHECKS)) results.push(await check(name));
console.log("");
for (const { name, ok, seconds } of results) console.log(`${ok ? "ok    " : "FAILED"} ${name.padEnd(14)} ${seconds.toFixed(1)} s`);
const failed = results.filter((result) => !result.ok).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
