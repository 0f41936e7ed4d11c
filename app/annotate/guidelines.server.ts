import type { z } from "zod";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import type { guidelinesQuery, Guidelines } from "./preferences";

/** One version of a pool's guidelines, for somebody who works on the pool now or has answered one of its pairs. */
export async function readGuidelines(userId: string, { poolId, version }: z.output<typeof guidelinesQuery>): Promise<Guidelines> {
  const found = await db.guideline.findFirst({
    where: {
      poolId,
      version,
      pool: {
        OR: [
          { access: "everyone" },
          { members: { some: { userId } } },
          { comparisons: { some: { votes: { some: { annotatorId: userId } } } } },
        ],
      },
    },
  });
  if (!found) throw notFound("This version of the guidelines");
  return { version: found.version, body: found.body, createdAt: found.createdAt.toISOString() };
}
