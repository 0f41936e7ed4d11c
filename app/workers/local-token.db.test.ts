import { mkdir, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { makeWorker } from "../../tests/support/jobs";
import { db } from "../database/client.server";
import { env } from "../env.server";
import { ensureLocalToken } from "./local-token.server";

const file = () => path.join(env.TIEBREAK_DATA_DIR, "worker-token");
const tokens = () => db.apiToken.count({ where: { name: "This machine's worker" } });

it("makes no token that it cannot write down, however often it tries", async () => {
  await makeWorker();
  const folder = `${file()}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < 3; n++) await expect(ensureLocalToken()).rejects.toThrow("EISDIR");
  expect(await tokens()).toBe(0);
  await rmdir(folder);
});

it("makes one, for the owner only, also where there is no data folder yet and when two processes try", async () => {
  await rm(env.TIEBREAK_DATA_DIR, { recursive: true });
  await Promise.allSettled([ensureLocalToken(), ensureLocalToken()]);
  await ensureLocalToken();
  expect(await readFile(file(), "utf8")).toMatch(/^tbw_\S+\n$/);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await readdir(env.TIEBREAK_DATA_DIR)).toEqual(["worker-token"]);
});
