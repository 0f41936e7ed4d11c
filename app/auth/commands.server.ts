import { SYSTEM, audit } from "../audit/commands.server";
import { type Transaction, db } from "../database/client.server";
import { retryRaces } from "../database/retry.server";
import { UserError } from "../errors";
import type { Invite, Role } from "../generated/prisma/client";
import { newPseudonym } from "../people/pseudonym.server";
import { delayGuesses } from "./attempts.server";
import { hashPassword, passwordMatches } from "./passwords.server";
import { createSession, endAllSessions } from "./session.server";
import { forgetSetupCode, isSetupCode } from "./setup-code.server";
import { BY_ADMIN, hashToken, isByAdmin } from "./tokens.server";

type Account = { name: string; email: string; password: string };

/** Returns the Set-Cookie header of a new session. One message for every failure: it must not tell which accounts exist. */
export async function signIn(input: { email: string; password: string }, address = ""): Promise<string> {
  const right = delayGuesses(input.email, address);
  const user = await db.user.findUnique({ where: { email: input.email }, include: { password: true } });
  const hash = user?.password?.hash;
  const matches = await passwordMatches(hash, input.password);
  // An address without an account has no entry: a stranger could fill the log with them.
  if (user && (!matches || user.deactivatedAt))
    await audit(db, SYSTEM, {
      ...about(user.id),
      action: "user.sign_in_refused",
      detail: { address, reason: matches ? "closed" : "password" },
    });
  if (!user || !matches) throw new UserError("E-mail or password is wrong.", 401, "password");
  if (user.deactivatedAt) throw new UserError("This account is closed. Ask an admin to open it again.", 403);
  right();
  const session = await createSession(user.id);
  await audit(db, { kind: "user", id: user.id }, { ...about(user.id), action: "user.sign_in", detail: { address } });
  // A reset holds the row while it ends the sessions: either it sees this one, or this sees the new password.
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM "Password" WHERE "userId" = ${user.id}::uuid AND "hash" = ${hash} FOR SHARE`;
  if (rows.length === 0) await endAllSessions(user.id);
  return session;
}

const about = (userId: string) => ({ subjectType: "user", subjectId: userId });

export const hasAdmin = async (): Promise<boolean> =>
  (await db.user.findFirst({ where: { role: "admin" }, select: { id: true } })) !== null;

/** Makes the first admin for whoever knows the setup code; refused as soon as there is one. Two at once: one wins. */
export async function createFirstAdmin({ code, ...account }: Account & { code: string }): Promise<string> {
  if (await hasAdmin()) throw new UserError(HAS_ADMIN, 409);
  if (!(await isSetupCode(code))) throw new UserError("This is not the code of this instance.", 422, "code");
  const hash = await hashPassword(account.password);
  const user = await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(7253002)`;
    if (await tx.user.findFirst({ where: { role: "admin" } })) throw new UserError(HAS_ADMIN, 409);
    const made = await createUser(tx, { ...account, hash, role: "admin" });
    await audit(tx, SYSTEM, { action: "user.first_admin", subjectType: "user", subjectId: made.id });
    return made;
  });
  await forgetSetupCode();
  return await createSession(user.id);
}

const HAS_ADMIN = "This instance already has an admin. Sign in.";

/** An invitation that can still be used. 410 says why it cannot. */
export async function readInvite(token: string) {
  const invite = await db.invite.findUnique({ where: { tokenHash: hashToken(token) }, include: { createdBy: true } });
  if (!invite) throw new UserError("This invitation does not exist. Ask for a new link.", 410);
  if (invite.usedAt) throw new UserError("This invitation was already used. Sign in instead.", 410);
  if (invite.revokedAt || !isByAdmin(invite.createdBy)) throw new UserError("This invitation was taken back. Ask for a new link.", 410);
  if (invite.expiresAt < new Date()) throw new UserError("This invitation has expired. Ask for a new link.", 410);
  return invite;
}

/** Makes the account that an invitation offers, and signs it in. A link makes one account, however often it is sent. */
export async function acceptInvite(token: string, account: Account): Promise<string> {
  const invite = await readInvite(token);
  const hash = await hashPassword(account.password);
  const user = await retryRaces(() => db.$transaction((tx) => join(tx, invite, { ...account, hash })));
  return await createSession(user.id);
}

/** The invitation is looked at again in the moment of its use: meanwhile it may have been used or taken back. */
async function join(tx: Transaction, { id, role }: Invite, account: { name: string; email: string; hash: string }) {
  const made = await createUser(tx, { ...account, role });
  const usable = { id, usedAt: null, revokedAt: null, createdBy: BY_ADMIN };
  const { count } = await tx.invite.updateMany({ where: usable, data: { usedAt: new Date(), usedById: made.id } });
  if (count === 0) throw new UserError("This invitation was used or taken back meanwhile. Sign in, or ask for a new link.", 410);
  const record = { action: "user.join", subjectType: "user", subjectId: made.id, detail: { role } };
  await audit(tx, { kind: "user", id: made.id }, record);
  return made;
}

/** Sets a new password and ends every session, on this browser too. Returns the header of a new one. */
export async function changePassword(userId: string, input: { current: string; password: string }): Promise<string> {
  const stored = await db.password.findUnique({ where: { userId } });
  if (!(await passwordMatches(stored?.hash, input.current))) throw new UserError("The current password is wrong.", 422, "current");
  const hash = await hashPassword(input.password);
  await db.$transaction(async (tx) => {
    await tx.password.update({ where: { userId }, data: { hash } });
    await audit(tx, { kind: "user", id: userId }, { action: "user.password", subjectType: "user", subjectId: userId });
    await endAllSessions(userId, tx);
  });
  return await createSession(userId);
}

/** One account with its password hash; 409 when the address has one. Callers check rights and write the audit entry. */
export async function createUser(tx: Transaction, { name, email, hash, role }: { name: string; email: string; hash: string; role: Role }) {
  if (await tx.user.findUnique({ where: { email } }))
    throw new UserError("There is already an account with this e-mail. Sign in, or use another address.", 409, "email");
  return await tx.user.create({ data: { name, email, role, pseudonym: newPseudonym(), password: { create: { hash } } } });
}
