import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { env } from "../env.server";
import { say } from "../say.server";
import { StartError } from "../start-error.mjs";
import { letThrough } from "./account.server";
import { clusterFolder, clusterIsThere, makeCluster, serverNotes, startServer, stopServer } from "./cluster.server";
import { withFolderLock } from "./folder-lock.mjs";
import { leave, onLost, stay } from "./presence.server";

const USER = "tiebreak";
const DATABASE = "tiebreak";

/** What another process needs in order to reach the embedded server; kept beside its data, readable by the owner only. */
type Address = { port: number; password: string };

const addressFile = () => path.join(env.TIEBREAK_DATA_DIR, "postgres.json");
const url = (address: Address, database = DATABASE) => `postgresql://${USER}:${address.password}@127.0.0.1:${address.port}/${database}`;

/** Starting and stopping take turns, so that nobody is told of a server that another process is about to stop. */
const inTurn = <T>(work: () => Promise<T>) => withFolderLock(path.join(env.TIEBREAK_DATA_DIR, "postgres.lock"), work);

/**
 * Makes sure that the embedded PostgreSQL of the data folder runs, and returns its address. The first call makes the
 * cluster. The server is its own process: it outlives a killed web process, and several processes may share it.
 */
export async function startEmbedded(): Promise<string> {
  await mkdir(env.TIEBREAK_DATA_DIR, { recursive: true });
  await letThrough(env.TIEBREAK_DATA_DIR);
  return await inTurn(async () => {
    const found = (await findRunning()) ?? (await start());
    await stay(found);
    return found;
  });
}

async function start(): Promise<string> {
  if (!(await clusterIsThere())) {
    const made = { port: 0, password: randomBytes(24).toString("base64url") };
    await makeCluster(USER, made.password, () => writeAddress(made));
  }
  const address = await readAddress();
  if (!address)
    throw new StartError(
      `${addressFile()} is missing, so the password of the database in ${clusterFolder()} is unknown. Restore it from a backup.`,
    );
  const port = await freePort(address.port);
  if (port !== address.port) await writeAddress({ ...address, port });
  await startServer(port);
  return await withDatabase({ ...address, port });
}

/** The longest pause between two tries to start a server that has ended. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Starts the server again whenever it ends while this process uses it, until `stopEmbedded`. The connections of this process
 * heal by themselves, unless the server had to take another port: then `onMoved` is called.
 */
export function keepEmbedded(address: string, onMoved: () => void): void {
  let starting: Promise<void> | undefined;
  kept.stopped = false;
  onLost(() => {
    if (kept.stopped) return;
    starting ??= startAgain(address, onMoved).finally(() => (starting = undefined));
  });
}
/** Set by `stopEmbedded`: from then on the server may end. */
const kept = { stopped: false };

async function startAgain(address: string, onMoved: () => void): Promise<void> {
  say(
    "The embedded database ended by itself; it is started again. Meanwhile pages answer 503, and answers of annotators wait in their browsers.",
  );
  for (let pause = 500; !kept.stopped; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const found = await startEmbedded();
      if (found !== address) return onMoved();
      return say("The embedded database is back.");
    } catch (error) {
      say(`The embedded database could not be started: ${(error as Error).message} Trying again.`);
    }
    await sleep(pause);
  }
}

/** The server that runs already: where the address says, or else where the server's own file says that it listens. */
async function findRunning(): Promise<string | undefined> {
  const address = await readAddress();
  if (!address) return undefined;
  if (await servesUs(url(address, "postgres"))) return await withDatabase(address);
  const moved = { ...address, port: Number((await serverNotes())[3]) };
  if (!moved.port || moved.port === address.port || !(await servesUs(url(moved, "postgres")))) return undefined;
  await writeAddress(moved);
  return await withDatabase(moved);
}

/**
 * Whether a server answers there, and its data is this very folder: a data folder that was copied has the address and the
 * password of its original. So the server is asked whether it sees what is put into the folder now.
 */
async function servesUs(connectionString: string): Promise<boolean> {
  const mark = `whose.${randomUUID()}`;
  const seen = async (client: pg.Client) => {
    await (await open(path.join(clusterFolder(), mark), "wx")).close();
    const { rows } = await client.query<{ seen: boolean }>("SELECT (pg_stat_file($1, true)).size IS NOT NULL AS seen", [mark]);
    return rows[0]?.seen;
  };
  return await ask(connectionString, seen)
    .then((answer) => answer === true)
    .finally(() => rm(path.join(clusterFolder(), mark), { force: true }));
}

/**
 * Stops the embedded server unless another Tiebreak process still uses it. The last one out turns off the light, so
 * that a command line and a web process can come and go in any order.
 */
export async function stopEmbedded(): Promise<void> {
  kept.stopped = true;
  if (!(await readAddress())) return;
  await inTurn(async () => {
    await leave();
    const address = await readAddress();
    if (!address || (await usedByOthers(url(address, "postgres")))) return;
    await stopServer().catch(() => undefined);
  });
}

async function withDatabase(address: Address): Promise<string> {
  const client = new pg.Client({ connectionString: url(address, "postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    // Another process may have seen the same and be quicker.
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`).catch(unlessCode("42P04", "23505"));
  } finally {
    await client.end();
  }
  return url(address);
}

/** Our own connections, just closed, count for a moment longer; so one look is not enough. */
async function usedByOthers(connectionString: string): Promise<boolean> {
  for (let look = 0; look < 10; look++) {
    const others = await otherClients(connectionString);
    if (others === undefined || others === 0) return false;
    await sleep(150);
  }
  return true;
}

const otherClients = (connectionString: string) =>
  ask(connectionString, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [DATABASE],
    );
    return rows[0]?.count;
  });

/** Undefined when nobody answers there, or not to us. */
async function ask<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T | undefined> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The port of the last start when it is still free, so that addresses stay the same; otherwise any free one. */
async function freePort(preferred: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(undefined));
      probe.listen(port, "127.0.0.1", () => {
        const bound = probe.address();
        probe.close(() => resolve(typeof bound === "object" && bound ? bound.port : undefined));
      });
    });
  const port = (preferred ? await tryPort(preferred) : undefined) ?? (await tryPort(0));
  if (!port) throw new StartError("There is no free port for the embedded database on 127.0.0.1.");
  return port;
}

async function readAddress(): Promise<Address | undefined> {
  const text = await readFile(addressFile(), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Address);
}

/** Durable before it takes its name: without the password the data could not be opened any more. */
async function writeAddress(address: Address): Promise<void> {
  const temporary = `${addressFile()}.${process.pid}`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(address));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, addressFile());
}

const unlessCode =
  (...codes: string[]) =>
  (error: { code?: string }) => {
    if (!codes.includes(error.code ?? "")) throw error;
  };
