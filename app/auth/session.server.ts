import { PrismaAdapter } from "@lucia-auth/adapter-prisma";
import { type DatabaseSession, type DatabaseUser, Lucia, TimeSpan } from "lucia";
import { type Transaction, db } from "../database/client.server";
import { prepared } from "../database/prepared.server";
import { Prisma, type Role } from "../generated/prisma/client";
import { hashToken, newToken } from "./tokens.server";

declare module "lucia" {
  interface Register {
    Lucia: typeof lucia;
    DatabaseUserAttributes: Attributes;
  }
}

type Attributes = { email: string; name: string; role: Role; deactivatedAt: Date | null; preferences: unknown };

type Found = Attributes & { id: string; userId: string; expiresAt: Date };

/** Every request begins with this read: one statement here, two in the stock adapter. */
class Adapter extends PrismaAdapter<typeof db> {
  override async getSessionAndUser(sessionId: string): Promise<[DatabaseSession | null, DatabaseUser | null]> {
    const [found] = await prepared<Found>(Prisma.sql`
      SELECT s."id", s."userId", s."expiresAt", u."email", u."name", u."role", u."deactivatedAt", u."preferences"
      FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = ${sessionId}`);
    if (!found) return [null, null];
    const { id, userId, expiresAt, ...attributes } = found;
    return [
      { id, userId, expiresAt, attributes: {} },
      { id: userId, attributes },
    ];
  }
}

/**
 * The only file that touches Lucia. The cookie carries a random token, the database its hash: a leaked backup opens no
 * session. The cookie has no expiry of its own; the row decides, so that reading a session never has to write a header.
 */
const lucia = new Lucia(new Adapter(db.session, db.user), {
  sessionExpiresIn: new TimeSpan(30, "d"),
  sessionCookie: {
    name: "tiebreak_session",
    expires: false,
    // Secure is added by app/server/remix.server.ts, where it is known how the browser came.
    attributes: { secure: false, sameSite: "lax", path: "/" },
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

const asked = new Map<string, ReturnType<typeof lucia.validateSession>>();

/** The loaders of one page ask together: whoever asks before the event loop goes on shares one answer. */
function validated(sessionId: string): ReturnType<typeof lucia.validateSession> {
  let answer = asked.get(sessionId);
  if (!answer) {
    asked.set(sessionId, (answer = lucia.validateSession(sessionId)));
    setImmediate(() => asked.delete(sessionId));
  }
  return answer;
}

/** The person behind the request's cookie, or undefined: no cookie, ended session, or closed account. */
export async function readSession(request: Request): Promise<{ sessionId: string; user: CurrentUser } | undefined> {
  const token = lucia.readSessionCookie(request.headers.get("Cookie") ?? "");
  if (!token) return undefined;
  const { session, user } = await validated(hashToken(token));
  if (!session || !user || user.deactivatedAt) return undefined;
  const { id, email, name, role, preferences } = user;
  return { sessionId: session.id, user: { id, email, name, role, preferences } };
}

/** Ends one session and returns the header that clears its cookie. */
export async function endSession(sessionId: string): Promise<string> {
  await lucia.invalidateSession(sessionId);
  return lucia.createBlankSessionCookie().serialize();
}

/** Part of the transaction that has a reason to: neither stands without the other. */
export async function endAllSessions(userId: string, tx: Transaction = db): Promise<void> {
  await tx.session.deleteMany({ where: { userId } });
}
