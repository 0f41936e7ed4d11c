import { access, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { jsonl, queueImport } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { env } from "../env.server";
import { createPool } from "../pools/commands.server";
import { uuidv7 } from "../uuid.server";
import { badRowsPath, sourcePath } from "./files.server";
import { pruneImports } from "./prune.server";

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);
const there = (file: string) => access(file).then(() => true, () => false); // prettier-ignore

it("removes uploaded files that nobody will read, and keeps what is in use, may be tried again, or says what was bad", async () => {
  const { id: poolId } = await createPool(COMMAND_LINE, { name: "Leftovers" });
  const inState = async (data: object) => {
    const { id } = await queueImport(poolId, jsonl([{ prompt: "P" }]));
    await db.importRun.update({ where: { id }, data });
    await writeFile(badRowsPath(id), "{}\n");
    return id;
  };
  const unknown = async (days: number) => {
    const id = uuidv7();
    await mkdir(path.dirname(sourcePath(id)), { recursive: true });
    for (const file of [sourcePath(id), badRowsPath(id)]) await writeFile(file, "{}\n");
    await utimes(sourcePath(id), ago(days), ago(days));
    return id;
  };
  const silent = { startedAt: ago(60), heartbeatAt: ago(60) };
  const gone = [
    await inState({ status: "cancelled", finishedAt: new Date() }),
    await inState({ status: "done", finishedAt: new Date() }),
    await inState({ status: "failed", finishedAt: ago(31) }),
    await unknown(31),
  ];
  const kept = [
    await inState({ status: "queued", createdAt: ago(60) }),
    await inState({ status: "running", ...silent }),
    await inState({ status: "failed", finishedAt: ago(29) }),
    await unknown(29),
  ];
  await pruneImports();
  expect(await Promise.all(gone.map((id) => there(sourcePath(id))))).toEqual(gone.map(() => false));
  expect(await Promise.all(kept.map((id) => there(sourcePath(id))))).toEqual(kept.map(() => true));
  expect(await Promise.all([...gone, ...kept].map((id) => there(badRowsPath(id))))).toEqual([...gone, ...kept].map(() => true));
});

it("removes uploads that broke off once they are a day old", async () => {
  const incoming = path.join(env.TIEBREAK_DATA_DIR, "imports", "incoming");
  await mkdir(incoming, { recursive: true });
  for (const name of ["old", "new"]) await writeFile(path.join(incoming, name), "half");
  await utimes(path.join(incoming, "old"), ago(2), ago(2));
  await pruneImports();
  expect(await readdir(incoming)).toEqual(["new"]);
});
