import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, in a form that survives URLs and shells. */
export function newToken(prefix: "tbs" | "tbi" | "tbt" | "tbw"): string {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}

/** What the database keeps of a token. A fast hash is enough, since nobody can guess 256 random bits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
