import { createHash } from "node:crypto";
import type { Prisma } from "../generated/prisma/client";
import { pool } from "./client.server";

const names = new Map<string, string>();

/**
 * Runs one of the few statements that the workbench runs all the time. Planning them takes longer than running them, so
 * each connection plans them once, under a name that stands for the text. So whatever varies must be a parameter, since every text is
 * kept, and the best plan must be the same for all values. Whole numbers of 64 bits come back as strings.
 */
export async function prepared<Row>({ text, values }: Prisma.Sql): Promise<Row[]> {
  let name = names.get(text);
  if (!name) names.set(text, (name = createHash("sha256").update(text).digest("base64url")));
  const { rows } = await pool.query({ name, text, values });
  return rows as Row[];
}
