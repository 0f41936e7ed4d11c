import type pg from "pg";
import { env } from "../env.server";
import { log } from "../log.server";
import { singleton } from "../singleton.server";
import { StartError } from "../start-error.mjs";
import { connectAtStart } from "./connect.server";

/** What a web process needs beside its pool: a release, a start of another process that is brought up to date, a look by hand. */
const BESIDE = 3;

const allowance = singleton<{ most?: number }>("connection allowance", () => ({}));

/** How many connections a pool may hold: the setting, or fewer where the server does not give that many. */
export const poolSize = () => Math.min(env.TIEBREAK_DATABASE_POOL, Math.max(2, (allowance.most ?? Infinity) - BESIDE));

/** Looks at a server of somebody else's making before it is used. Throws StartError when Tiebreak could not work on it. */
export async function examineServer(databaseUrl: string): Promise<void> {
  const first = await connectAtStart(databaseUrl, "tiebreak examination");
  try {
    const second = await connectAtStart(databaseUrl, "tiebreak examination");
    await refuseSharedConnections(first, second).finally(() => second.end());
    await noteLimit(first);
  } finally {
    await first.end();
  }
}

const backend = async (client: pg.Client) => (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]!.pid;

/**
 * A pooler in transaction mode gives every statement whatever connection is free, so that prepared statements, settings and locks
 * of a session end up elsewhere. It shows when one of our connections keeps a server process by a transaction meanwhile.
 */
async function refuseSharedConnections(first: pg.Client, second: pg.Client): Promise<void> {
  const before = await backend(first);
  await second.query("BEGIN");
  const kept = await backend(second);
  const after = await backend(first);
  await second.query("COMMIT");
  if (kept !== before && kept !== after && before === after) return;
  throw new StartError(
    "DATABASE_URL leads to a connection pooler in transaction mode, in which prepared statements and locks do not hold. " +
      `Give the address of PostgreSQL itself, or a pool in session mode of at least ${env.TIEBREAK_DATABASE_POOL + BESIDE} connections.`,
  );
}

/** Connections that the role, the database and the server allow; -1 is no limit. */
const LIMITS = `SELECT least(nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1),
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int) AS most
  FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`;

async function noteLimit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ most: number | null }>(LIMITS);
  allowance.most = rows[0]?.most ?? undefined;
  if (poolSize() < env.TIEBREAK_DATABASE_POOL)
    log.warn(
      { allowed: allowance.most, pool: poolSize() },
      "The database allows fewer connections than TIEBREAK_DATABASE_POOL; fewer are held",
    );
}
