// Writes a migration for what changed in prisma/schema.prisma since the last commit: npm run migration -- NAME
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { startEmbedded, stopEmbedded } from "../app/database/embedded.server";
import { schemaDifference } from "../app/database/schema-difference.server";

const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error("Usage: npm run migration -- NAME   (lower case, digits and underscores)");
  process.exit(2);
}
const sql = await schemaDifference(await startEmbedded(), committedSchema());
await stopEmbedded();
if (sql.trim() === "" || sql.includes("This is an empty migration")) {
  console.log("prisma/schema.prisma has not changed since the last commit.");
} else {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const dir = path.join("prisma", "migrations", `${stamp}_${name}`);
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, "migration.sql"), sql);
  console.log(`Wrote ${dir}/migration.sql. Read it before you commit it.`);
}
process.exit(0);

function committedSchema(): string | undefined {
  try {
    return execFileSync("git", ["show", "HEAD:prisma/schema.prisma"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}
