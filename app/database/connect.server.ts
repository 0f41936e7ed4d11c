import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { say } from "../say.server";
import { StartError } from "../start-error.mjs";

/** A database that is started beside us, as in a set of containers, gets so long to come up. */
const PATIENCE_MS = 30_000;
const COMING_UP = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "57P03"]);

/** Connects to a server that may not be up yet. Throws StartError, in words, when that does not come to be. */
export async function connectAtStart(connectionString: string, name: string, patienceMs = PATIENCE_MS): Promise<pg.Client> {
  const until = Date.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000, application_name: name });
    // A connection that breaks is heard of by whoever uses it next.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!COMING_UP.has(codeOf(error)) || Date.now() > until) throw new StartError(inWords(error, client));
      if (tries === 3) say(`Waiting for the database: ${inWords(error, client)}`);
      await sleep(500);
    }
  }
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code ?? "";

/** Why there is no connection, and what to do. Names host, user and database, never the password. */
function inWords(error: unknown, { host, port, user, database }: pg.Client): string {
  const said = (error as Error).message;
  const place = `${host}:${port}`;
  const words: Record<string, string> = {
    ECONNREFUSED: `No PostgreSQL answers at ${place}. Start it, or correct DATABASE_URL.`,
    ENOTFOUND: `DATABASE_URL names the host "${host}", which is not known here. Correct it, or start that machine.`,
    EAI_AGAIN: `The name "${host}" in DATABASE_URL cannot be looked up just now. Check the network.`,
    "28P01": `PostgreSQL at ${place} refuses the password of "${user}". Correct it in DATABASE_URL.`,
    "28000": `PostgreSQL at ${place} does not let "${user}" in: ${said}.`,
    "3D000": `PostgreSQL at ${place} has no database "${database}". Make it: CREATE DATABASE "${database}" ENCODING 'UTF8' TEMPLATE template0;`,
    "57P03": `PostgreSQL at ${place} is not ready: ${said}.`,
    "53300": `PostgreSQL at ${place} has no connection left: ${said}. Raise that limit, or end what uses them.`,
  };
  const known = words[codeOf(error)];
  if (known) return known;
  if (/does not support SSL/.test(said))
    return `PostgreSQL at ${place} does not offer TLS, which the sslmode in DATABASE_URL asks for. Switch TLS on there, or take sslmode out.`;
  if (/timeout/i.test(said))
    return `PostgreSQL at ${place} does not answer. Check the address, the network and, before a pooler, the size of its pool.`;
  return `There is no connection to PostgreSQL at ${place} (DATABASE_URL): ${said}.`;
}
