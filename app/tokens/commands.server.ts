import { type Actor, audit } from "../audit/commands.server";
import { hashToken, newToken } from "../auth/tokens.server";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import { expiryDate, type NewApiToken } from "./schema";

/** Makes a token for the HTTP API, in the name of the person. The text is returned once; only its hash is kept. */
export async function createToken(actor: Actor & { id: string }, { name, scopes, expires }: NewApiToken): Promise<string> {
  const token = newToken("tbt");
  const expiresAt = expiryDate(expires);
  await db.$transaction(async (tx) => {
    const row = await tx.apiToken.create({ data: { name, scopes, expiresAt, tokenHash: hashToken(token), createdById: actor.id } });
    await audit(tx, actor, { action: "token.create", subjectType: "token", subjectId: row.id, detail: { name, scopes, expires } });
  });
  return token;
}

/** From now on every request with the token is answered 401. */
export async function revokeToken(actor: Actor, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    if (count === 0) throw new UserError("This token does not exist, or was revoked already.", 409);
    await audit(tx, actor, { action: "token.revoke", subjectType: "token", subjectId: id });
  });
}
