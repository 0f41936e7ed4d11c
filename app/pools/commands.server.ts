import { fillFromExtras } from "../assignment/queue.server";
import { audit, type Actor } from "../audit/commands.server";
import { db, type Transaction } from "../database/client.server";
import { UserError, notFound } from "../errors";
import { Prisma, type Pool } from "../generated/prisma/client";
import { newGuideline, newPool, poolChanges, poolMembers, type NewPool, type PoolChanges, type PoolPatch } from "./schema";
import { changeVotesRequired, fitSlots } from "./slots.server";

const SETTINGS_CHANGED =
  "Somebody else changed this pool a moment ago; the audit log says what. Your entries are still here: save again to put them in force.";
const guidelineChanged = (version: number) =>
  `Version ${version} was saved while you wrote. Your text is still here: compare it with that version, then save it as version ${version + 1}.`;

/** A pool of a million comparisons takes a while to close or to give more places. */
const LONG = { timeout: 600_000, maxWait: 30_000 };

export async function createPool(actor: Actor, input: NewPool): Promise<Pool> {
  const { guidelines, ...fields } = newPool.parse(input);
  return await uniqueName(fields.name, () =>
    db.$transaction(async (tx) => {
      const pool = await tx.pool.create({ data: fields });
      if (guidelines) await tx.guideline.create({ data: { poolId: pool.id, version: 1, body: guidelines, createdById: actor.id } });
      await audit(tx, actor, { action: "pool.create", subjectType: "pool", subjectId: pool.id, detail: fields });
      return pool;
    }),
  );
}

/**
 * Changes settings. More or fewer votes per comparison open or close slots of the comparisons that are there already.
 * `base` is the time of the settings that the caller saw: 409 when they were changed since.
 */
export async function updatePool(actor: Actor, poolId: string, input: PoolChanges, base?: Date): Promise<Pool> {
  const wanted = poolChanges.parse(input);
  return await uniqueName(wanted.name ?? "", () =>
    db.$transaction(async (tx) => {
      const before = await lockPool(tx, poolId);
      const changes = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => before[key as keyof Pool] !== value));
      if (Object.keys(changes).length === 0) return before;
      if (base && before.updatedAt > base) throw new UserError(SETTINGS_CHANGED, 409);
      const pool = await tx.pool.update({ where: { id: poolId }, data: changes });
      const slots = changes.votesPerComparison === undefined ? undefined : await changeVotesRequired(tx, poolId, pool.votesPerComparison);
      if (slots && slots.opened > 0) await fillWithExtras(tx, poolId);
      const from = Object.fromEntries(Object.keys(changes).map((key) => [key, before[key as keyof Pool]]));
      const detail = { from, to: changes, ...slots } as Prisma.InputJsonObject;
      await audit(tx, actor, { action: "pool.update", subjectType: "pool", subjectId: poolId, detail });
      return pool;
    }, LONG),
  );
}

/** Takes a pool out of service: its open slots close. Work in progress can be finished, and everything is kept. */
export async function archivePool(actor: Actor, poolId: string): Promise<void> {
  await setArchived(actor, poolId, new Date());
}

/** Puts an archived pool back into service: its closed slots open again, at the end of the queue. */
export async function restorePool(actor: Actor, poolId: string): Promise<void> {
  await setArchived(actor, poolId, null);
}

async function setArchived(actor: Actor, poolId: string, archivedAt: Date | null): Promise<void> {
  await db.$transaction(async (tx) => {
    const before = await lockPool(tx, poolId);
    if ((before.archivedAt === null) === (archivedAt === null)) return;
    await tx.pool.update({ where: { id: poolId }, data: { archivedAt } });
    const detail = await fitSlots(tx, Prisma.sql`c."poolId" = ${poolId}::uuid`);
    if (detail.opened > 0) await fillWithExtras(tx, poolId);
    await audit(tx, actor, { action: archivedAt ? "pool.archive" : "pool.restore", subjectType: "pool", subjectId: poolId, detail });
  }, LONG);
}

/** Adds a version of the guidelines; from now on it is the one in force. Returns its number. */
export async function addGuideline(actor: Actor, poolId: string, input: { body: string; base?: number }): Promise<number> {
  const { body, base } = newGuideline.parse(input);
  return await db.$transaction(async (tx) => {
    await lockPool(tx, poolId);
    const last = await tx.guideline.findFirst({ where: { poolId }, orderBy: { version: "desc" } });
    if (last?.body === body) throw new UserError(`This is word for word version ${last.version}, which is in force.`, 422, "body");
    if (last && base !== undefined && last.version > base) throw new UserError(guidelineChanged(last.version), 409, "body");
    const version = (last?.version ?? 0) + 1;
    await tx.guideline.create({ data: { poolId, version, body, createdById: actor.id } });
    await audit(tx, actor, { action: "guideline.add", subjectType: "pool", subjectId: poolId, detail: { version } });
    return version;
  });
}

/** People of one audit entry are named in it up to this number; of more, it has how many they were. */
const NAMED = 1000;

/**
 * Sets who may work on a pool whose access is "members". With a `base`, the members that the caller saw, only what differs
 * from it is changed: who is not in it stays, and who was removed meanwhile is not added again.
 */
export async function setMembers(actor: Actor, poolId: string, input: { userIds: string[]; base?: string[] }): Promise<void> {
  const { userIds, base } = poolMembers.parse(input);
  const wanted = [...new Set(userIds)];
  await db.$transaction(async (tx) => {
    await lockPool(tx, poolId);
    if ((await tx.user.count({ where: { id: { in: wanted }, imported: false } })) !== wanted.length)
      throw new UserError("One of these people does not exist, or is known from imported votes only.", 422, "userIds");
    const goes: Prisma.PoolMemberWhereInput = { poolId, userId: base ? { in: base, notIn: wanted } : { notIn: wanted } };
    const named = await tx.poolMember.findMany({ where: goes, select: { userId: true }, take: NAMED });
    const { count: removed } = await tx.poolMember.deleteMany({ where: goes });
    const comes = wanted.filter((id) => !base?.includes(id));
    const added = await tx.poolMember.createManyAndReturn({ data: comes.map((userId) => ({ poolId, userId })), skipDuplicates: true });
    if (added.length + removed === 0) return;
    const who = (ids: { userId: string }[], count: number) => (count > NAMED ? count : ids.map(({ userId }) => userId));
    const detail = { added: who(added, added.length), removed: who(named, removed) };
    await audit(tx, actor, { action: "pool.members", subjectType: "pool", subjectId: poolId, detail });
  });
}

/** Does in turn what a patch names; each part is a change and an audit entry of its own. */
export async function applyPoolPatch(
  actor: Actor,
  poolId: string,
  { archived, guidelines, members, ...changes }: PoolPatch,
): Promise<void> {
  if (Object.keys(changes).length > 0) await updatePool(actor, poolId, changes);
  if (guidelines !== undefined) await addGuideline(actor, poolId, { body: guidelines });
  if (members !== undefined) await setMembers(actor, poolId, { userIds: members });
  if (archived !== undefined) await setArchived(actor, poolId, archived ? new Date() : null);
}

/** Whoever gave an extra vote is not asked again, so a place that opens for their comparison is theirs. */
const fillWithExtras = (tx: Transaction, poolId: string) =>
  fillFromExtras(tx, Prisma.sql`SELECT "id" FROM "Comparison" WHERE "poolId" = ${poolId}::uuid`);

/** Keeps out imports and other changes of the pool until the transaction ends; claims go on. */
async function lockPool(tx: Transaction, poolId: string): Promise<Pool> {
  await tx.$queryRaw`SELECT 1 FROM "Pool" WHERE "id" = ${poolId}::uuid FOR NO KEY UPDATE`;
  const pool = await tx.pool.findUnique({ where: { id: poolId } });
  if (!pool) throw notFound("This pool");
  return pool;
}

async function uniqueName<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002")
      throw new UserError(`There is already a pool called "${name}". Choose another name.`, 409, "name");
    throw error;
  }
}
