import { stat, writeFile } from "node:fs/promises";
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
  const { token } = await createWorkerToken(COMMAND_LINE, { name: "This machine's worker" });
  await writeFile(file(), `${token}\n`, { mode: 0o600, flag: "wx" });
}
