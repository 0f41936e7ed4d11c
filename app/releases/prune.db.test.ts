import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { givenPool } from "../../tests/support/votes";
import { db } from "../database/client.server";
import { run } from "./command-line.server";
import { pruneReleases, releasesFolder } from "./work.server";

const old = new Date(Date.now() - 25 * 3_600_000);

it("removes what processes that died left of releases, and nothing that is in use, new, or a release", async () => {
  const folder = async (name: string, at = old) => {
    const made = path.join(releasesFolder(), name);
    await mkdir(made, { recursive: true });
    await writeFile(path.join(made, "train.jsonl"), "{}\n");
    await utimes(made, at, at);
    return name;
  };
  const release = async (status: "queued" | "running" | "done" | "failed" | "cancelled") =>
    (await db.release.create({ data: { name: status, options: {}, status, heartbeatAt: old } })).number;
  for (const status of ["done", "failed", "cancelled"] as const) await folder(`.making-${await release(status)}-a`);
  await folder(".making-999999-unknown");
  const kept = [
    await folder(`.making-${await release("queued")}-b`),
    await folder(`.making-${await release("running")}-c`),
    await folder(`.making-${await release("cancelled")}-new`, new Date()),
    await folder(String(await release("done"))),
    await folder(".of-somebody-else"),
  ];
  await pruneReleases();
  expect((await readdir(releasesFolder())).sort()).toEqual(kept.sort());
});

it("copies a release to where a killed command left half of another one", async () => {
  await givenPool("Copied", [{ prompt: "P", votes: [{ by: "ann", side: 0, strength: "better" }] }]);
  const parent = await mkdtemp(path.join(tmpdir(), "tiebreak-out-"));
  try {
    const out = path.join(parent, "first");
    await mkdir(`${out}.partial`);
    await writeFile(path.join(`${out}.partial`, "validation.jsonl"), "of another release");
    const signal = new AbortController().signal;
    expect(await run({ values: { pool: "Copied", out, "no-parquet": true }, positionals: [], signal, print: () => undefined })).toBe(0);
    expect(await readdir(parent)).toEqual(["first"]);
    const copied = await readdir(out);
    expect(copied).toContain("train.jsonl");
    expect(copied).not.toContain("validation.jsonl");
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
