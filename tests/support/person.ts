import { randomUUID } from "node:crypto";
import type { Role } from "../../app/generated/prisma/client";

/** Of every person that this makes. */
export const PASSWORD = "a sentence that is long";

/** Somebody with an account and a session. The modules are loaded late: they read their settings once. */
export async function person(role: Role, name: string = role) {
  const { db } = await import("../../app/database/client.server");
  const { createUser } = await import("../../app/auth/commands.server");
  const { createSession } = await import("../../app/auth/session.server");
  const { hashPassword } = await import("../../app/auth/passwords.server");
  const email = `${name.toLowerCase().replace(/\W+/g, ".")}-${randomUUID().slice(0, 8)}@example.org`;
  const user = await createUser(db, { name, email, role, hash: await hashPassword(PASSWORD) });
  const [cookieName, value] = (await createSession(user.id)).split(";")[0]?.split("=") ?? [];
  if (!cookieName || !value) throw new Error("The session has no cookie");
  return { id: user.id, email, cookie: { name: cookieName, value } };
}
