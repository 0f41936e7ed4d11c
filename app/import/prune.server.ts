import { z } from "zod";
import { db } from "../database/client.server";
import { keptSources, removeAbandoned, removeSource } from "./files.server";

/** How long the file of a failed import waits for somebody to press "Try again". */
const KEEP_DAYS = 30;

/**
 * Removes uploaded files that a process left behind when it died: of uploads that broke off, of imports that are done or
 * cancelled, and, after a while, of those that failed or that the database does not know. Files of bad rows stay.
 */
export async function pruneImports(): Promise<void> {
  await removeAbandoned();
  const sources = (await keptSources()).filter(({ id }) => z.uuid().safeParse(id).success);
  for (let at = 0; at < sources.length; at += AT_ONCE) await pruneSome(sources.slice(at, at + AT_ONCE));
}

const AT_ONCE = 500;

async function pruneSome(sources: { id: string; since: Date }[]): Promise<void> {
  const live = { id: { in: sources.map(({ id }) => id) }, status: { in: ["queued" as const, "running" as const] } };
  const used = new Set((await db.importRun.findMany({ where: live, select: { id: true } })).map(({ id }) => id));
  for (const { id, since } of sources) if (!used.has(id)) await prune(id, since);
}

/** Holds the row meanwhile, so that a failed import is not tried again with a file that is about to go. */
async function prune(id: string, since: Date): Promise<void> {
  const before = new Date(Date.now() - KEEP_DAYS * 86_400_000);
  await db.$transaction(async (tx) => {
    const [run] = await tx.$queryRaw<{ status: string; finishedAt: Date | null }[]>`
      SELECT "status"::text, "finishedAt" FROM "ImportRun" WHERE "id" = ${id}::uuid FOR UPDATE`;
    if (run?.status === "queued" || run?.status === "running") return;
    const over = run?.status === "done" || run?.status === "cancelled";
    if (over || (run?.finishedAt ?? since) < before) await removeSource(id);
  });
}
