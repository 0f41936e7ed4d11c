import { readFile } from "node:fs/promises";
import path from "node:path";
import { person } from "../support/person";

export { PASSWORD } from "../support/person";

/**
 * Makes the state that a test starts from, through the application's own commands against the instance's database.
 * The modules are loaded late: they read their settings once, and the settings are this instance's.
 */
export async function openWorld(dataDir: string) {
  const { port, password } = JSON.parse(await readFile(path.join(dataDir, "postgres.json"), "utf8")) as { port: number; password: string };
  process.env.DATABASE_URL = `postgresql://tiebreak:${password}@127.0.0.1:${port}/tiebreak`;
  process.env.TIEBREAK_DATA_DIR = dataDir;
  process.env.LOG_LEVEL = "silent";
  const { db, disconnect } = await import("../../app/database/client.server");
  return { db, person, close: disconnect };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
