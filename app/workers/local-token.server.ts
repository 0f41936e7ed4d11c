import { link, mkdir, open, rm, stat } from "node:fs/promises";
import path from "node:path";
import { COMMAND_LINE } from "../audit/commands.server";
import { hasAdmin } from "../auth/commands.server";
import { env } from "../env.server";
import { createWorkerToken } from "./commands.server";

/** Where `npm run up` finds the token of the worker that it starts; readable by the owner of the data folder only. */
const file = () => path.join(env.TIEBREAK_DATA_DIR, "worker-token");

/**
 * Makes the token of this machine's own worker, once there is an admin to own it. A file that is there is left alone,
 * also when its token was revoked: then somebody wanted that worker out.
 */
export async function ensureLocalToken(): Promise<void> {
  const there = await stat(file()).then(
    () => true,
    () => false,
  );
  if (there || !(await hasAdmin())) return;
  // The file is opened first: in a folder that cannot be written to, each try would otherwise make one more token.
  const part = `${file()}.${process.pid}`;
  await mkdir(path.dirname(part), { recursive: true });
  const handle = await open(part, "w", 0o600);
  try {
    const { token } = await createWorkerToken(COMMAND_LINE, { name: "This machine's worker" });
    await handle.writeFile(`${token}\n`);
    await link(part, file());
  } finally {
    await handle.close();
    await rm(part, { force: true });
  }
}
