import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Role } from "../../app/generated/prisma/client";

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
  const { createUser } = await import("../../app/auth/commands.server");
  const { createSession } = await import("../../app/auth/session.server");
  const { hashPassword } = await import("../../app/auth/passwords.server");

  async function person(role: Role, name: string = role) {
    const email = `${name.toLowerCase().replace(/\W+/g, ".")}-${randomUUID().slice(0, 8)}@example.org`;
    const user = await createUser(db, { name, email, role, hash: await hashPassword(PASSWORD) });
    const [cookieName, value] = (await createSession(user.id)).split(";")[0]?.split("=") ?? [];
    if (!cookieName || !value) throw new Error("The session has no cookie");
    return { id: user.id, email, cookie: { name: cookieName, value } };
  }
  return { db, person, close: disconnect };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** Of every person that `world.person` makes. */
export const PASSWORD = "a sentence that is long";
