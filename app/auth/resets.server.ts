import { type Actor, audit } from "../audit/commands.server";
import { type Transaction, db } from "../database/client.server";
import { UserError, notFound } from "../errors";
import { newPseudonym } from "../people/pseudonym.server";
import { hashPassword } from "./passwords.server";
import { createSession, endAllSessions } from "./session.server";
import { BY_ADMIN, hashToken, isByAdmin, newToken } from "./tokens.server";

const RESET_HOURS = 24;

/**
 * Makes a link for a new password of one account and returns its token, which is not kept. Works once, for a day; a link that was made
 * for the same account before no longer does. Throws 404 or 409 when there is nobody to sign in.
 */
export async function makeReset(actor: Actor, userId: string): Promise<string> {
  return await db.$transaction((tx) => makeResetIn(tx, actor, userId));
}

async function makeResetIn(tx: Transaction, actor: Actor, userId: string): Promise<string> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (!user) throw notFound("This person");
  if (user.imported) throw new UserError("This person is known only from imported votes and has no account.", 409);
  if (user.deactivatedAt) throw new UserError("This account is closed. Open it first.", 409);
  const token = newToken("tbr");
  await tx.passwordReset.updateMany({ where: { userId, ...OPEN }, data: { revokedAt: new Date() } });
  const expiresAt = new Date(Date.now() + RESET_HOURS * 3_600_000);
  await tx.passwordReset.create({ data: { userId, tokenHash: hashToken(token), createdById: actor.id, expiresAt } });
  await audit(tx, actor, { action: "user.reset_link", subjectType: "user", subjectId: userId });
  return token;
}

const OPEN = { usedAt: null, revokedAt: null };

/** A link that can still be used, with whose it is. 410 says why it cannot. */
export async function readReset(token: string) {
  const reset = await db.passwordReset.findUnique({ where: { tokenHash: hashToken(token) }, include: { user: true, createdBy: true } });
  if (!reset) throw new UserError("This link does not exist. Ask an admin for a new one.", 410);
  if (reset.usedAt) throw new UserError("This link was already used. Sign in with the new password.", 410);
  const stands = !reset.revokedAt && !reset.user.deactivatedAt && (!reset.createdBy || isByAdmin(reset.createdBy));
  if (!stands) throw new UserError("This link no longer works. Ask an admin for a new one.", 410);
  if (reset.expiresAt < new Date()) throw new UserError("This link has expired. Ask an admin for a new one.", 410);
  return reset;
}

/** Sets the password that a link is for, ends every session of the account, and signs in. Returns the header of the new session. */
export async function redeemReset(token: string, password: string): Promise<string> {
  const { id, userId } = await readReset(token);
  const hash = await hashPassword(password);
  await db.$transaction(async (tx) => {
    // Looked at again in the moment of its use. The command line makes links without an admin.
    const stands = { id, ...OPEN, user: { deactivatedAt: null }, OR: [{ createdById: null }, { createdBy: BY_ADMIN }] };
    const { count } = await tx.passwordReset.updateMany({ where: stands, data: { usedAt: new Date() } });
    if (count === 0) throw new UserError("This link was used or replaced meanwhile. Sign in, or ask an admin for a new one.", 410);
    await tx.password.upsert({ where: { userId }, create: { userId, hash }, update: { hash } });
    await audit(tx, { kind: "user", id: userId }, { action: "user.reset_password", subjectType: "user", subjectId: userId });
    await endAllSessions(userId, tx);
  });
  return await createSession(userId);
}

/** Makes an admin of whoever has this address, with a new account if need be, and returns the token of a link for the password. */
export async function makeAdmin(actor: Actor, { email, name }: { email: string; name: string }): Promise<string> {
  return await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(7253002)`;
    const there = await tx.user.findUnique({ where: { email } });
    const admin = { role: "admin" as const, deactivatedAt: null };
    const { id } = there
      ? await tx.user.update({ where: { id: there.id }, data: admin })
      : await tx.user.create({ data: { email, name, pseudonym: newPseudonym(), ...admin } });
    await audit(tx, actor, { action: "user.make_admin", subjectType: "user", subjectId: id, detail: { from: there?.role ?? null } });
    return await makeResetIn(tx, actor, id);
  });
}
