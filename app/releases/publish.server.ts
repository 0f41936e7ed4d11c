import { rename, rm } from "node:fs/promises";
import path from "node:path";
import type { ClientBase } from "pg";
import type { Run } from "../background/queue.server";
import { hasCode } from "../database/retry.server";
import { UserError } from "../errors";
import { syncFolder } from "./files.server";
import type { Manifest } from "./manifest";
import type { ReleaseOptions } from "./schema";
import { BEHIND_ALL } from "./staging.server";
import { writeRelease, type WriteContext } from "./write.server";

/** A release to make: `folder` is there, empty, and in the same file system as `target`, where the files are in the end. */
export type ReleaseJob = { run: Run; name: string; options: ReleaseOptions; folder: string; target: string };

/**
 * Writes a release and publishes it: its files are renamed into place in the moment in which its row learns of them. Throws
 * as writeRelease does, and UserError when another process has taken the release over.
 */
export async function makeAndPublish(client: ClientBase, job: ReleaseJob, context: WriteContext): Promise<void> {
  await publish(client, job, await writeRelease(client, job, context));
}

/** A key that refers to nothing. */
const VOTE_GONE = new Set(["23503"]);

async function publish(client: ClientBase, { run, folder, target }: ReleaseJob, manifest: Manifest): Promise<void> {
  await client.query("BEGIN");
  await client.query(`DELETE FROM "ReleaseItem" WHERE "releaseId" = $1`, [run.id]);
  // In order, because both indexes and the keys that are looked up then meet each page once.
  const linked = client.query(
    `INSERT INTO "ReleaseItem" ("releaseId", "revisionId") SELECT $1, revision_id FROM (${BEHIND_ALL}) AS behind ORDER BY revision_id`,
    [run.id],
  );
  await linked.catch((error: unknown) => {
    if (hasCode(error, VOTE_GONE))
      throw new UserError("An import whose votes are in this release was undone meanwhile. Make the release again.", 409);
    throw error;
  });
  const { rows } = manifest.counts;
  const { rowCount } = await client.query(
    `UPDATE "Release" SET "contentHash" = $3, "manifest" = $4, "rowsTotal" = $5, "rowsDone" = $5
     WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence, manifest.contentHash, JSON.stringify(manifest), rows],
  );
  if (rowCount !== 1) throw new UserError("Another process took this release over.", 409);
  // The row is locked until the commit, so no other process can publish the same release meanwhile.
  await rm(target, { recursive: true, force: true });
  await rename(folder, target);
  await syncFolder(path.dirname(target));
  await client.query("COMMIT");
}
