import { backUpBeforeMigrations } from "../backup/backup.server";
import { env } from "../env.server";
import { log } from "../log.server";
import { startEmbedded } from "./embedded.server";
import { examineServer } from "./examine.server";
import { migrate } from "./migrate.server";

/**
 * Brings the database to where the program can use it, and returns its address: the embedded one is started, one of somebody's own
 * is looked at first.
 */
export async function openDatabase(): Promise<string> {
  const url = env.DATABASE_URL ?? (await startEmbedded());
  if (env.DATABASE_URL) await examineServer(url);
  const applied = await migrate(url, { before: (pending) => backUpBeforeMigrations(url, pending) });
  if (applied.length > 0) log.info({ applied }, "The database was brought up to date");
  return url;
}
