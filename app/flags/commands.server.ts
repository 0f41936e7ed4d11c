import { type Actor, audit } from "../audit/commands.server";
import { db } from "../database/client.server";
import { UserError } from "../errors";

/** Says that an admin has looked at a flag. */
export async function resolveFlag(actor: Actor, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.flag.updateMany({ where: { id, resolvedAt: null }, data: { resolvedAt: new Date() } });
    const flag = await tx.flag.findUnique({ where: { id } });
    if (!flag) throw new UserError("This flag does not exist; the annotator may have taken it back.", 404);
    if (count === 0) throw new UserError("This flag was already resolved.", 409);
    const detail = { flagId: id, reason: flag.reason };
    await audit(tx, actor, { action: "flag.resolve", subjectType: "comparison", subjectId: flag.comparisonId, detail });
  });
}

/** Opens a flag again that was resolved too early. */
export async function reopenFlag(actor: Actor, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.flag.updateMany({ where: { id, resolvedAt: { not: null } }, data: { resolvedAt: null } });
    const flag = await tx.flag.findUnique({ where: { id } });
    if (!flag) throw new UserError("This flag does not exist; the annotator may have taken it back.", 404);
    if (count === 0) throw new UserError("This flag is open already.", 409);
    await audit(tx, actor, { action: "flag.reopen", subjectType: "comparison", subjectId: flag.comparisonId, detail: { flagId: id } });
  });
}
