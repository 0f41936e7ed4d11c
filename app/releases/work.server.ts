import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { PoolClient } from "pg";
import type { Run } from "../background/queue.server";
import type { RunContext, Work } from "../background/runner.server";
import { db, pool } from "../database/client.server";
import { env } from "../env.server";
import { UserError } from "../errors";
import type { Release } from "../generated/prisma/client";
import { diskError, syncFolder } from "./files.server";
import type { Manifest } from "./manifest";
import { releaseOptions } from "./schema";
import { BEHIND, dropStage } from "./staging.server";
import { writeRelease } from "./write.server";

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
  execute: async (run, context) => {
    const release = await db.release.findUniqueOrThrow({ where: { id: run.id } });
    // The process before us came as far as publishing it, and died before it could say so.
    if (release.contentHash && (await exists(releaseFolder(release.number)))) return;
    await removeLeftovers(release.number);
    const folder = path.join(releasesFolder(), `${makingPrefix(release.number)}${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true });
      await make(release, run, folder, context);
    } catch (error) {
      throw diskError(error, releasesFolder());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function make(release: Release, run: Run, folder: string, context: RunContext): Promise<void> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const options = releaseOptions.parse(release.options);
    const manifest = await writeRelease(client, { name: release.name, options, folder }, context);
    await publish(client, { release, run, folder, manifest });
    await dropStage(client);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // After a failure the connection may hold temporary tables or a broken transaction: it is closed, not reused.
    client.release(failure);
  }
}

type Made = { release: Release; run: Run; folder: string; manifest: Manifest };

async function publish(client: PoolClient, { release, run, folder, manifest }: Made): Promise<void> {
  await client.query("BEGIN");
  await client.query(`DELETE FROM "ReleaseItem" WHERE "releaseId" = $1`, [release.id]);
  // In order, because both indexes and the keys that are looked up then meet each page once.
  await client.query(
    `INSERT INTO "ReleaseItem" ("releaseId", "revisionId") SELECT $1, revision_id FROM (${BEHIND}) AS behind ORDER BY revision_id`,
    [release.id],
  );
  const { rows } = manifest.counts;
  const { rowCount } = await client.query(
    `UPDATE "Release" SET "contentHash" = $3, "manifest" = $4, "rowsTotal" = $5, "rowsDone" = $5
     WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence, manifest.contentHash, JSON.stringify(manifest), rows],
  );
  if (rowCount !== 1) throw new UserError("Another process took this release over.", 409);
  // The row is locked until the commit, so no other process can publish the same release meanwhile.
  await rm(releaseFolder(release.number), { recursive: true, force: true });
  await rename(folder, releaseFolder(release.number));
  await syncFolder(releasesFolder());
  await client.query("COMMIT");
}

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
