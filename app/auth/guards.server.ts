import { redirect } from "@remix-run/node";
import type { Actor } from "../audit/commands.server";
import { db } from "../database/client.server";
import type { Role } from "../generated/prisma/client";
import { type CurrentUser, readSession } from "./session.server";
import { hashToken, tokenStands } from "./tokens.server";

export type { CurrentUser } from "./session.server";

/** What a bearer token may do. */
export const SCOPES = [
  "pools:read",
  "pools:write",
  "import",
  "comparisons:read",
  "releases:read",
  "releases:write",
  "metrics:read",
  "worker",
] as const;
export type Scope = (typeof SCOPES)[number];

/** The signed-in person. Otherwise a page goes to the sign-in form; a caller that speaks JSON is answered 401. */
export async function requireUser(request: Request): Promise<CurrentUser> {
  const session = await readSession(request);
  if (session) return session.user;
  const speaksJson = [request.headers.get("Accept"), request.headers.get("Content-Type")].some((type) =>
    type?.includes("application/json"),
  );
  if (speaksJson) throw Response.json({ error: "Your session has ended. Sign in again; what you wrote is kept." }, { status: 401 });
  const { pathname, search } = new URL(request.url);
  const back = request.method === "GET" ? pathname + search : "/";
  throw redirect(`/login?to=${encodeURIComponent(back)}`);
}

/** A signed-in person with one of the roles; 403 for others. */
export async function requireRole(request: Request, ...roles: Role[]): Promise<CurrentUser> {
  const user = await requireUser(request);
  if (roles.includes(user.role)) return user;
  throw Response.json({ error: `This is for ${roles.join("s and ")}s.` }, { status: 403 });
}

export const actorOf = (user: CurrentUser): Actor => ({ kind: "user", id: user.id });

const USED_EVERY_MS = 60_000;

/** The holder of a bearer token with the scope. 401 for a missing, unknown, expired or revoked one, 403 for another scope. */
export async function requireToken(request: Request, scope: Scope): Promise<Extract<Actor, { kind: "token" }>> {
  const given = /^Bearer (\S+)$/.exec(request.headers.get("Authorization") ?? "")?.[1];
  const token = given ? await db.apiToken.findUnique({ where: { tokenHash: hashToken(given) }, include: { createdBy: true } }) : null;
  if (!token || !tokenStands(token))
    throw Response.json(
      { error: "Send a valid token: Authorization: Bearer …" },
      { status: 401, headers: { "WWW-Authenticate": "Bearer" } },
    );
  if (!token.scopes.includes(scope)) throw Response.json({ error: `This token lacks the scope ${scope}.` }, { status: 403 });
  const now = new Date();
  if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > USED_EVERY_MS)
    await db.apiToken.update({ where: { id: token.id }, data: { lastUsedAt: now } });
  return { kind: "token", id: token.createdById, tokenId: token.id };
}
