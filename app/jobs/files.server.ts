import { CHECKPOINT_PREFIX, type FileRef } from "../contract/jobs";
import type { Transaction } from "../database/client.server";
import { UserError } from "../errors";

/** Refuses files that were not uploaded, so that a model in the registry is always whole. */
export async function requireArtifacts(tx: Transaction, files: readonly FileRef[]): Promise<void> {
  const stored = await tx.artifact.findMany({ where: { sha256: { in: files.map(({ sha256 }) => sha256) } } });
  const sizes = new Map(stored.map(({ sha256, sizeBytes }) => [sha256, Number(sizeBytes)]));
  const missing = files.filter(({ sha256, sizeBytes }) => sizes.get(sha256) !== sizeBytes);
  if (missing.length > 0)
    throw new UserError(
      `These files were not uploaded yet: ${missing
        .slice(0, 10)
        .map(({ path }) => path)
        .join(", ")}.`,
      422,
      "files",
      {
        missing: [...new Set(missing.map(({ sha256 }) => sha256))],
      },
    );
}

export async function dropCheckpoint(tx: Transaction, jobId: string): Promise<void> {
  await tx.jobFile.deleteMany({ where: { jobId, path: { startsWith: CHECKPOINT_PREFIX } } });
}
