import { createHash, randomBytes } from "node:crypto";
import type { User } from "../generated/prisma/client";

/** 256 random bits, in a form that survives URLs and shells. */
export function newToken(prefix: "tbs" | "tbi" | "tbr" | "tbt" | "tbw"): string {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}

/** What the database keeps of a token. A fast hash is enough, since nobody can guess 256 random bits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * Only admins make tokens and invitations, and what they made stops with their right to make it: an account that is
 * closed, or no admin's any more, leaves no door open. As a condition of a query.
 */
export const BY_ADMIN = { role: "admin", deactivatedAt: null } as const;
export const isByAdmin = (createdBy: Pick<User, "role" | "deactivatedAt">): boolean =>
  createdBy.role === BY_ADMIN.role && createdBy.deactivatedAt === null;

type Token = { revokedAt: Date | null; expiresAt: Date | null; createdBy: Pick<User, "role" | "deactivatedAt"> };

/** Whether a token may be used now. */
export const tokenStands = ({ revokedAt, expiresAt, createdBy }: Token): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > new Date()) && isByAdmin(createdBy);
