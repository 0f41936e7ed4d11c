import { type Actor, audit } from "../audit/commands.server";
import { endAllSessions } from "../auth/session.server";
import { hashToken, newToken } from "../auth/tokens.server";
import { db } from "../database/client.server";
import { UserError, notFound } from "../errors";
import type { Role } from "../generated/prisma/client";
import { type Preferences, readPreferences } from "./preferences";

const INVITE_DAYS = 7;

/** Changes the person's own preferences and keeps those that are not named. */
export async function savePreferences(actor: Actor, changes: Partial<Preferences>): Promise<Preferences> {
  if (actor.id === null) throw new UserError("Only a person has preferences.");
  const id = actor.id;
  return await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${id}::uuid FOR UPDATE`;
    const user = await tx.user.findUniqueOrThrow({ where: { id }, select: { preferences: true } });
    const preferences = readPreferences({ ...readPreferences(user.preferences), ...changes });
    await tx.user.update({ where: { id }, data: { preferences } });
    return preferences;
  });
}

/** Makes an invitation for one account and returns its token, which is not kept and cannot be shown again. */
export async function invite(actor: Actor & { id: string }, input: { role: Role; note: string }): Promise<string> {
  const token = newToken("tbi");
  await db.$transaction(async (tx) => {
    const expiresAt = new Date(Date.now() + INVITE_DAYS * 86_400_000);
    const made = await tx.invite.create({ data: { ...input, tokenHash: hashToken(token), createdById: actor.id, expiresAt } });
    await audit(tx, actor, { action: "invite.create", subjectType: "invite", subjectId: made.id, detail: { role: input.role } });
  });
  return token;
}

export async function revokeInvite(actor: Actor, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.invite.updateMany({ where: { id, usedAt: null, revokedAt: null }, data: { revokedAt: new Date() } });
    if (count === 0) throw new UserError("This invitation was already used or taken back.", 409);
    await audit(tx, actor, { action: "invite.revoke", subjectType: "invite", subjectId: id });
  });
}

/** Gives a person another role, or closes or opens the account. The last admin who can sign in stays one. */
export async function changePerson(actor: Actor, id: string, change: { role: Role } | { active: boolean }): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(7253002)`;
    const user = await tx.user.findUnique({ where: { id } });
    if (!user) throw notFound("This person");
    if (user.imported) throw new UserError("This person is known only from imported votes and has no account.", 409);
    const loses = "role" in change ? change.role !== "admin" : !change.active;
    if (user.role === "admin" && !user.deactivatedAt && loses) {
      const others = await tx.user.count({ where: { role: "admin", deactivatedAt: null, id: { not: id } } });
      if (others === 0) throw new UserError("This is the only admin. Make somebody else an admin first.", 409);
    }
    const data = "role" in change ? { role: change.role } : { deactivatedAt: change.active ? null : new Date() };
    await tx.user.update({ where: { id }, data });
    const action = "role" in change ? "user.role" : change.active ? "user.open" : "user.close";
    await audit(tx, actor, { action, subjectType: "user", subjectId: id, detail: { from: user.role, ...change } });
    if ("active" in change && !change.active) await endAllSessions(id, tx);
  });
}

/** Ends every session of a person, on all their browsers. */
export async function endSessionsOf(actor: Actor, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await audit(tx, actor, { action: "user.end_sessions", subjectType: "user", subjectId: id });
    await endAllSessions(id, tx);
  });
}
