import { type Actor, audit } from "../audit/commands.server";
import { setArchivedIn } from "../comparisons/commands.server";
import { type Transaction, db } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";

const LONG = { timeout: 600_000, maxWait: 30_000 };

/** Takes prompts and all their comparisons out of service. Returns how many prompts were not archived before. */
export async function archivePrompts(actor: Actor, ids: string[]): Promise<number> {
  return await db.$transaction(async (tx) => {
    await setArchivedIn(tx, actor, Prisma.sql`c."promptId" = ANY(${ids}::uuid[])`, true);
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "Prompt" SET "archivedAt" = now() WHERE "id" = ANY(${ids}::uuid[]) AND "archivedAt" IS NULL RETURNING "id"`;
    return await record(tx, actor, "prompt.archive", idsOf(rows));
  }, LONG);
}

/** Puts prompts back into service, with those of their comparisons that were in service when the prompt was archived. */
export async function restorePrompts(actor: Actor, ids: string[]): Promise<number> {
  return await db.$transaction(async (tx) => {
    const together = Prisma.sql`c."promptId" = ANY(${ids}::uuid[]) AND c."archivedAt" >=
      (SELECT p."archivedAt" FROM "Prompt" p WHERE p."id" = c."promptId")`;
    await setArchivedIn(tx, actor, together, false);
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "Prompt" SET "archivedAt" = NULL WHERE "id" = ANY(${ids}::uuid[]) AND "archivedAt" IS NOT NULL RETURNING "id"`;
    return await record(tx, actor, "prompt.restore", idsOf(rows));
  }, LONG);
}

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);

async function record(tx: Transaction, actor: Actor, action: string, ids: string[]): Promise<number> {
  const [first] = ids;
  if (first && ids.length === 1) await audit(tx, actor, { action, subjectType: "prompt", subjectId: first });
  if (ids.length > 1)
    await audit(tx, actor, { action, subjectType: "prompts", subjectId: String(ids.length), detail: { count: ids.length, ids } });
  return ids.length;
}
