import { spawn } from "node:child_process";
import { chmod, cp, lstat, mkdir, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { StartError } from "../start-error.mjs";

/** Whom PostgreSQL's programs run as; undefined is ourselves. They refuse to run as root, and then run as the user "postgres". */
export type Account = { uid: number; gid: number } | undefined;

const NAME = "postgres";
const isRoot = () => userInfo().uid === 0;

/** The account for a new cluster; it is made when the system has none. */
export async function databaseAccount(): Promise<Account> {
  if (!isRoot()) return undefined;
  return await lookUp().catch(makeAccount);
}

/** The account of a cluster that is there: its owner. A copy that root made without its owners gets one. */
export async function ownerOf(cluster: string): Promise<Account> {
  if (!isRoot()) return undefined;
  const { uid, gid } = await stat(cluster);
  if (uid !== 0) return { uid, gid };
  const account = await databaseAccount();
  await runAs(undefined, "chown", ["-R", `${account!.uid}:${account!.gid}`, cluster]);
  return account;
}

async function lookUp(): Promise<Account> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => Number(await runAs(undefined, "id", [flag, NAME]))));
  return { uid: uid!, gid: gid! };
}

async function makeAccount(): Promise<Account> {
  try {
    await runAs(undefined, "useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]);
    return await lookUp();
  } catch (error) {
    throw new StartError(
      `PostgreSQL refuses to run as root, and the user "${NAME}", as whom it would run, could not be made (${(error as Error).message.trim()}). ` +
        "Make that user, or start Tiebreak as an ordinary user.",
    );
  }
}

/** What a program calls the folder that it is started with as its fourth open file. Linux alone has it. */
const DESCRIPTOR = "/proc/self/fd/3";

/**
 * A folder, named so that the account's programs can enter it. One below a folder that is closed to them, such as root's own
 * home, is handed over open, so that the data stays where it belongs: pass `handle` on to `runAs`, and close it afterwards.
 */
export async function openFor(account: Account, folder: string): Promise<{ name: string; handle?: FileHandle }> {
  if (!account || (await succeeds(account, "sh", ["-c", 'cd "$0"', folder]))) return { name: folder };
  const handle = await open(folder, "r");
  if (await succeeds(account, "sh", ["-c", 'cd "$0"', DESCRIPTOR], handle)) return { name: DESCRIPTOR, handle };
  await handle.close();
  throw new StartError(
    `The database runs as the user "${NAME}", who may not enter ${folder}. ` +
      "Set TIEBREAK_DATA_DIR to a folder that it may enter, or start Tiebreak as an ordinary user.",
  );
}

/**
 * The folder of PostgreSQL's programs, where the account can run them: as they were installed, or, where that place is closed to
 * it, a copy that belongs to root.
 */
export async function programsFor(account: Account, native: string): Promise<string> {
  if (!account || (await runs(account, native))) return native;
  for (const place of ["/var/lib/tiebreak", path.join(tmpdir(), "tiebreak-programs")]) {
    if (!(await belongsToRoot(place))) continue;
    const copy = path.join(place, await nameOfCopy(native));
    if (!(await runs(account, copy))) await copyPrograms(native, copy).catch(() => undefined);
    if (await runs(account, copy)) return copy;
  }
  throw new StartError(
    `The user "${NAME}", as whom the database runs, can run neither ${native} nor a copy in /var/lib or ${tmpdir()}. ` +
      "Clone Tiebreak into a folder that everybody may enter, such as /opt/tiebreak, or start it as an ordinary user.",
  );
}

const runs = (account: Account, native: string) => succeeds(account, path.join(native, "bin", "postgres"), ["--version"]);

/** Another version of the package gets another copy. */
async function nameOfCopy(native: string): Promise<string> {
  const { size, mtimeMs } = await stat(path.join(native, "bin", "postgres"));
  return `postgres-${size}-${Math.round(mtimeMs)}`;
}

/** Makes the place. What others can write to is not used: somebody else could have put the programs there. */
async function belongsToRoot(place: string): Promise<boolean> {
  const made = await mkdir(place, { recursive: true }).catch(() => undefined);
  if (made) await chmod(place, 0o755);
  const found = await lstat(place).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0;
}

async function copyPrograms(native: string, copy: string): Promise<void> {
  const making = `${copy}.${process.pid}`;
  await cp(native, making, { recursive: true, verbatimSymlinks: true });
  await runAs(undefined, "chmod", ["-R", "u=rwX,go=rX", making]);
  await rm(copy, { recursive: true, force: true });
  await rename(making, copy);
}

const succeeds = (...command: Parameters<typeof runAs>) => runAs(...command).then(() => true, () => false); // prettier-ignore

/** Runs a program to its end, and returns what it said. Throws with its words when it fails. */
export function runAs(account: Account, program: string, args: string[], handle?: FileHandle): Promise<string> {
  const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
  return new Promise((resolve, reject) => {
    const stdio = ["ignore", "pipe", "pipe", ...(handle ? [handle.fd] : [])] as const;
    const child = spawn(program, args, { ...account, cwd: "/", env: environment as unknown as NodeJS.ProcessEnv, stdio: [...stdio] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => (output += text.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(output) : reject(new Error(output.trim() || `${program} ended with ${code}`))));
  });
}

/** Lets the database's user through the data folder, which it may not list; what is secret in it has modes of its own. */
export async function letThrough(folder: string): Promise<void> {
  if (isRoot()) await chmod(folder, ((await stat(folder)).mode & 0o777) | 0o001);
}
