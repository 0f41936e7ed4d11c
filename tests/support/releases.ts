import { readFile } from "node:fs/promises";
import path from "node:path";
import { COMMAND_LINE } from "../../app/audit/commands.server";
import { claimRunById } from "../../app/background/queue.server";
import { executeRun } from "../../app/background/runner.server";
import type { ReleaseRow } from "../../app/contract/release-row";
import { db } from "../../app/database/client.server";
import { createRelease } from "../../app/releases/commands.server";
import type { Manifest } from "../../app/releases/manifest";
import type { ReleaseOptionsInput } from "../../app/releases/schema";
import { releaseFolder, releaseWork } from "../../app/releases/work.server";

/** Orders a release and makes it in this process, as the background runner does. */
export async function makeRelease(options: ReleaseOptionsInput, name = "A release", stop = new AbortController()) {
  const { id, number } = await createRelease(COMMAND_LINE, { name, options });
  const run = await claimRunById("Release", id);
  if (!run) throw new Error("the release was taken by somebody else");
  const outcome = await executeRun(releaseWork, run, { stop: stop.signal, onStop: "cancel" });
  const release = await db.release.findUniqueOrThrow({ where: { id } });
  return { outcome, number, release, manifest: release.manifest as Manifest | null, folder: releaseFolder(number) };
}

export async function readLines<T = ReleaseRow>(folder: string, file: string): Promise<T[]> {
  const text = await readFile(path.join(folder, file), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

/** The canonical rows of all splits. */
export async function allRows(folder: string, manifest: Manifest | null): Promise<ReleaseRow[]> {
  const splits = (manifest?.files ?? []).filter((file) => /^(train|validation|test)\.jsonl$/.test(file.path));
  return (await Promise.all(splits.map((file) => readLines(folder, file.path)))).flat();
}
