// Plain JavaScript on Node alone: the set-up takes turns by it before anything is installed.
import { readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "../start-error.mjs";

const LOOK_MS = 100;

/**
 * The lock is a symbolic link whose target names its holder: it comes into being with its content or not at all, and needs no
 * block of the disk, so that a server can be stopped, and started again, when the disk is full.
 */
export async function withFolderLock(file, work, { patienceMs = 120_000, onWait } = {}) {
  await take(file, `${process.pid} ${await startOf("self")}`, patienceMs, onWait);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file, me, patienceMs, onWait) {
  const until = Date.now() + patienceMs;
  for (let looks = 0; !(await link(file, me)); looks++) {
    const holder = await holderOf(file);
    const [pid] = holder.split(" ");
    if (holder && !(await lives(holder))) await clear(file, holder);
    else if (Date.now() > until) throw new StartError(`Process ${pid} has held ${file} for too long. End it, or remove the file.`);
    else {
      if (holder && looks === 5) onWait?.(pid);
      await sleep(LOOK_MS);
    }
  }
}

async function link(file, target) {
  try {
    await symlink(target, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(error.code)) throw error;
    throw new StartError(
      `${path.dirname(file)} is on a file system without links, such as exFAT or some network shares, on which a database cannot run. ` +
        "Use a folder on a disk of this machine.",
    );
  }
}

/** Empty when nobody holds it. A version before this one made a file in place of the link. */
const holderOf = (file) => readlink(file).catch((error) => (error.code === "EINVAL" ? readFile(file, "utf8").catch(() => "") : ""));

/** Takes a dead holder's lock away; one that somebody took meanwhile is put back. */
async function clear(file, holder) {
  const aside = `${file}.${process.pid}.stale`;
  await rename(file, aside).catch(() => undefined);
  const taken = await holderOf(aside);
  if (taken && taken !== holder) await symlink(taken, file).catch(() => undefined);
  await rm(aside, { force: true });
}

/**
 * A container that starts again gives the same ids to other processes, so the time of the start counts, too. One that ended and
 * that its parent has not asked about yet (a zombie) still has its id.
 */
async function lives(holder) {
  const [pid, started] = holder.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const { state, start } = await look(pid);
  return !["Z", "X"].includes(state) && (!started || started === start);
}

const startOf = async (pid) => (await look(pid)).start;

/** The state of a process, and when it started, in the system's own measure. Only Linux says so. */
async function look(pid) {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name in brackets may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "" };
}
