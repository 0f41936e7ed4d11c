import { audit, type Actor } from "../audit/commands.server";
import { requestCancel } from "../background/queue.server";
import { wakeRunner } from "../background/runner.server";
import { db, type Prisma } from "../database/client.server";
import { notFound, UserError } from "../errors";
import type { Release } from "../generated/prisma/client";
import { releaseInput } from "./schema";

export type NewRelease = { name: string; options?: unknown };

/** Orders a release. A background worker makes it; until then it is queued. Options that are not given take their defaults. */
export async function createRelease(actor: Actor, input: NewRelease): Promise<Release> {
  const parsed = releaseInput.safeParse({ name: input.name, options: input.options ?? {} });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") ?? "";
    throw new UserError(`${field}: ${issue?.message ?? "cannot be used"}`, 422, field);
  }
  const { name, options } = parsed.data;
  const release = await db.$transaction(async (tx) => {
    const known = await tx.pool.count({ where: { id: { in: options.pools } } });
    if (known < options.pools.length) throw new UserError("One of the pools does not exist.", 422, "options.pools");
    const made = await tx.release.create({ data: { name, options: options as Prisma.InputJsonObject, createdById: actor.id } });
    await audit(tx, actor, { action: "release.create", subjectType: "release", subjectId: made.id, detail: { number: made.number, name } });
    return made;
  });
  wakeRunner();
  return release;
}

/** Pools by name or id, as options want them. Throws UserError that lists the names there are. */
export async function poolIds(names: string[]): Promise<string[]> {
  const pools = await db.pool.findMany({ select: { id: true, name: true }, orderBy: { name: "asc" } });
  return names.map((name) => {
    const found = pools.find((pool) => pool.id === name || pool.name === name);
    if (found) return found.id;
    throw new UserError(
      `There is no pool called "${name}". There is: ${pools.map((pool) => pool.name).join(", ") || "none yet"}.`,
      422,
      "pools",
    );
  });
}

/** Stops a release that waits or is being made. What it wrote so far is removed; the row stays and says so. */
export async function cancelRelease(actor: Actor, number: number): Promise<void> {
  const release = await findRelease(number);
  const answer = await requestCancel("Release", release.id);
  if (answer === "finished") throw new UserError("This release is finished; there is nothing left to cancel.", 409);
  await db.$transaction((tx) => audit(tx, actor, { action: "release.cancel", subjectType: "release", subjectId: release.id }));
}

/** Takes a release out of the lists. Its files and its links to votes and models stay. */
export async function setReleaseArchived(actor: Actor, number: number, archived: boolean): Promise<void> {
  const { id } = await findRelease(number);
  await db.$transaction(async (tx) => {
    const { count } = await tx.release.updateMany({
      where: { id, archivedAt: archived ? null : { not: null }, status: { notIn: ["queued", "running"] } },
      data: { archivedAt: archived ? new Date() : null },
    });
    if (count === 0) return;
    await audit(tx, actor, { action: archived ? "release.archive" : "release.restore", subjectType: "release", subjectId: id });
  });
}

async function findRelease(number: number): Promise<Release> {
  const release = await db.release.findUnique({ where: { number } });
  if (!release) throw notFound(`Release ${number}`);
  return release;
}
