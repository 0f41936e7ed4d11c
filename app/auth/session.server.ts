import { PrismaAdapter } from "@lucia-auth/adapter-prisma";
import { Lucia, TimeSpan } from "lucia";
import { db } from "../database/client.server";
import { env } from "../env.server";
import type { Role } from "../generated/prisma/client";
import { hashToken, newToken } from "./tokens.server";

declare module "lucia" {
  interface Register {
    Lucia: typeof lucia;
    DatabaseUserAttributes: Attributes;
  }
}

type Attributes = { email: string; name: string; role: Role; deactivatedAt: Date | null; preferences: unknown };

/**
 * The only file that touches Lucia. The cookie carries a random token, the database its hash: a leaked backup opens no
 * session. The cookie has no expiry of its own; the row decides, so that reading a session never has to write a header.
 */
const lucia = new Lucia(new PrismaAdapter(db.session, db.user), {
  sessionExpiresIn: new TimeSpan(30, "d"),
  sessionCookie: {
    name: "tiebreak_session",
    expires: false,
    attributes: { secure: env.TIEBREAK_ORIGIN?.startsWith("https:") ?? false, sameSite: "lax", path: "/" },
  },
  getUserAttributes: ({ email, name, role, deactivatedAt, preferences }: Attributes) => ({ email, name, role, deactivatedAt, preferences }),
});

export type CurrentUser = { id: string; email: string; name: string; role: Role; preferences: unknown };

/** Opens a session and returns the Set-Cookie header. */
export async function createSession(userId: string): Promise<string> {
  const token = newToken("tbs");
  await lucia.createSession(userId, {}, { sessionId: hashToken(token) });
  return lucia.createSessionCookie(token).serialize();
}

/** The person behind the request's cookie, or undefined: no cookie, ended session, or closed account. */
export async function readSession(request: Request): Promise<{ sessionId: string; user: CurrentUser } | undefined> {
  const token = lucia.readSessionCookie(request.headers.get("Cookie") ?? "");
  if (!token) return undefined;
  const { session, user } = await lucia.validateSession(hashToken(token));
  if (!session || !user || user.deactivatedAt) return undefined;
  const { id, email, name, role, preferences } = user;
  return { sessionId: session.id, user: { id, email, name, role, preferences } };
}

/** Ends one session and returns the header that clears its cookie. */
export async function endSession(sessionId: string): Promise<string> {
  await lucia.invalidateSession(sessionId);
  return lucia.createBlankSessionCookie().serialize();
}

export const endAllSessions = (userId: string): Promise<void> => lucia.invalidateUserSessions(userId);
