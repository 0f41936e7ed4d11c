import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { ChildContext } from "../background/child";
import { SESSION } from "./session";

/** A connection of its own, for a process that has no pool. `failure` gives what broke it in place of what that made fail. */
export type Connection = { client: pg.Client; failure(error: unknown): unknown; end(): Promise<void> };

/** "Too many connections", for the server, the database or the role. */
const NONE_LEFT = "53300";
const PAUSE_MS = 1000;

/**
 * Connects once there is a connection to be had: pages give theirs back when they are idle. Throws when `signal` aborts, and on
 * any other error.
 */
export async function connect(
  databaseUrl: string,
  name: string,
  { signal, warn }: Pick<ChildContext, "signal" | "warn">,
): Promise<Connection> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await attempt(databaseUrl, name);
    } catch (error) {
      if ((error as { code?: string }).code !== NONE_LEFT) throw error;
      if (tries === 1) warn({ work: name, said: (error as Error).message }, "There is no database connection left; waiting for one");
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

async function attempt(databaseUrl: string, name: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000, application_name: `tiebreak ${name}` });
  let broken: Error | undefined;
  client.on("error", (error) => (broken = error));
  const end = () => client.end().catch(() => undefined);
  try {
    await client.connect();
    await client.query(SESSION);
  } catch (error) {
    await end();
    throw error;
  }
  return { client, failure: (error) => broken ?? error, end };
}
