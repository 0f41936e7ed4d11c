import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** What Node 20.19, the oldest that is supported, brings. Later ones accept what it accepts; it does not accept what later ones write. */
const OLDEST_NPM = "10.8.2";
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|E40[0-9]|network request/;

it("is a lock file that the oldest supported npm installs", { timeout: 180_000 }, async ({ skip }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tiebreak-lock-"));
  try {
    for (const name of ["package.json", "package-lock.json", ".npmrc"]) await copyFile(name, path.join(folder, name));
    const npx = (args: string[]) => promisify(execFile)("npx", ["--yes", `npm@${OLDEST_NPM}`, ...args], { cwd: folder });
    const version = await npx(["--version"]).catch((error: { stderr: string }) => {
      if (UNREACHABLE.test(error.stderr)) skip(`not run: npm ${OLDEST_NPM} is not here, and the registry cannot be reached`);
      throw error;
    });
    expect(version.stdout.trim()).toBe(OLDEST_NPM);
    await npx(["ci", "--dry-run", "--offline"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
