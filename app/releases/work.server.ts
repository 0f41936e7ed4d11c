import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Work } from "../background/runner.server";
import { databaseUrl, db } from "../database/client.server";
import { env } from "../env.server";
import { log } from "../log.server";
import { makeInChild } from "./child.server";
import { diskError } from "./files.server";
import { releaseOptions } from "./schema";

export const releasesFolder = () => path.join(env.TIEBREAK_DATA_DIR, "releases");
export const releaseFolder = (number: number) => path.join(releasesFolder(), String(number));
const makingPrefix = (number: number) => `.making-${number}-`;

/**
 * Makes a release. All files are written into a folder of their own and renamed into place in the moment in which the
 * row learns of them, so a release is whole or not there. A run whose process died starts again from the beginning: the same
 * votes give the same bytes, and what was left behind is removed first.
 */
export const releaseWork: Work = {
  name: "release",
  table: "Release",
  gaveUp: "Nothing of the release was kept. Make it again, with fewer votes or files.",
  execute: async (run, context) => {
    const release = await db.release.findUniqueOrThrow({ where: { id: run.id } });
    // The process before us came as far as publishing it, and died before it could say so.
    if (release.contentHash && (await exists(releaseFolder(release.number)))) return;
    await removeLeftovers(release.number);
    const folder = path.join(releasesFolder(), `${makingPrefix(release.number)}${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true });
      const { name, number } = release;
      const options = releaseOptions.parse(release.options);
      const usage = await makeInChild({ run, name, options, folder, target: releaseFolder(number), databaseUrl: databaseUrl() }, context);
      log.info({ release: number, ...usage }, "A release was made");
    } catch (error) {
      throw diskError(error, releasesFolder());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function removeLeftovers(number: number): Promise<void> {
  const names = await readdir(releasesFolder()).catch(() => [] as string[]);
  for (const name of names.filter((entry) => entry.startsWith(makingPrefix(number))))
    await rm(path.join(releasesFolder(), name), { recursive: true, force: true });
}

const MAKING = /^\.making-(\d+)-/;
const DAY_MS = 86_400_000;

/**
 * Removes folders that a process left behind when it died, once they are a day old and nobody makes that release or is
 * about to. Releases themselves are never touched.
 */
export async function pruneReleases(): Promise<void> {
  for (const name of await readdir(releasesFolder()).catch(() => [] as string[])) {
    const number = Number(MAKING.exec(name)?.[1]);
    const folder = path.join(releasesFolder(), name);
    const made = await stat(folder).catch(() => undefined);
    if (Number.isNaN(number) || !made || made.mtimeMs > Date.now() - DAY_MS) continue;
    const live = await db.release.count({ where: { number, status: { in: ["queued", "running"] } } });
    if (live === 0) await rm(folder, { recursive: true, force: true });
  }
}

async function exists(folder: string): Promise<boolean> {
  return await stat(folder).then(
    () => true,
    () => false,
  );
}
