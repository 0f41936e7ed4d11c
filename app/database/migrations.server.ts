import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export const PRISMA = path.resolve("prisma");

export type Migration = { name: string; sql: string; checksum: string };

/** The migrations that this version of the program has, in their order. */
export async function knownMigrations(): Promise<Migration[]> {
  const folder = path.join(PRISMA, "migrations");
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return await Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}
