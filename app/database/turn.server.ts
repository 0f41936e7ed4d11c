import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { say } from "../say.server";
import { StartError } from "../start-error.mjs";
import { plural } from "../ui/number";

const BEAT_MS = 5000;
/** A holder that is alive is heard of every few seconds. */
const SILENT_SECONDS = 30;
const LOOK_MS = 250;

/**
 * Does the work while no other process does any under the same number in this database; the connection is not to be used
 * for anything else. Throws StartError when a connection holds the lock that nobody uses any more, as poolers leave behind.
 */
export async function inDatabaseTurn<T>(
  client: pg.ClientBase,
  lock: number,
  what: string,
  work: () => Promise<T>,
  silentSeconds = SILENT_SECONDS,
): Promise<T> {
  for (let looks = 0; !(await taken(client, lock)); looks++) {
    if (looks === 8) say(`Another process is ${what}; waiting for it …`);
    await refuseDeserted(client, lock, what, silentSeconds);
    await sleep(LOOK_MS);
  }
  const beat = setInterval(() => void client.query("SELECT 1").catch(() => undefined), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await client.query("SELECT pg_advisory_unlock($1)", [lock]).catch(() => undefined);
  }
}

async function taken(client: pg.ClientBase, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [lock]);
  return rows[0]?.taken === true;
}

async function refuseDeserted(client: pg.ClientBase, lock: number, what: string, silentSeconds: number): Promise<void> {
  const { rows } = await client.query<{ pid: number; seconds: number }>(
    `SELECT a.pid, extract(epoch FROM clock_timestamp() - a.state_change)::int AS seconds
     FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND l.objid = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND a.state = 'idle' AND a.state_change < clock_timestamp() - make_interval(secs => $2)`,
    [lock, silentSeconds],
  );
  const [holder] = rows;
  if (!holder) return;
  throw new StartError(
    `A database connection has held the lock for ${what} and done nothing for ${plural(holder.seconds, "second")}; a pooler may have left it behind. ` +
      `End it, then start again: SELECT pg_terminate_backend(${holder.pid});`,
  );
}
