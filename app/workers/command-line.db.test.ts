import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { makeWorker } from "../../tests/support/jobs";
import { db } from "../database/client.server";
import { run } from "./command-line.server";
import { revokeWorkerToken } from "./commands.server";

it("writes a token for the owner only, keeps a valid one, and replaces a revoked one", async () => {
  const { admin } = await makeWorker();
  const file = path.join(await mkdtemp(path.join(tmpdir(), "tiebreak-token-")), "worker-token");
  const printed: string[] = [];
  const call = () => run({ values: { file }, positionals: [], signal: AbortSignal.timeout(10_000), print: (line) => printed.push(line) });
  expect(await call()).toBe(0);
  const first = await readFile(file, "utf8");
  expect(first).toMatch(/^tbw_[\w-]{43}\n$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(printed.join()).not.toContain(first.trim());
  await call();
  expect(await readFile(file, "utf8")).toBe(first);
  const { id } = await db.apiToken.findFirstOrThrow({ where: { name: "local" } });
  await revokeWorkerToken(admin, id);
  await call();
  expect(await readFile(file, "utf8")).not.toBe(first);
});
