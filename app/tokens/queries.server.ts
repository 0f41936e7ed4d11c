import { db } from "../database/client.server";

/** Every token, those in use first. What they are stays unknown: only hashes are kept. */
export const listTokens = () =>
  db.apiToken.findMany({
    select: {
      id: true,
      name: true,
      scopes: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
      revokedAt: true,
      createdBy: { select: { id: true, name: true, deactivatedAt: true } },
    },
    orderBy: [{ revokedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }],
    take: 500,
  });
export type TokenRow = Awaited<ReturnType<typeof listTokens>>[number];
