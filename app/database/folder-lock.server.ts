import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 120_000;
const LOOK_MS = 100;

/**
 * Does the work while no other process of this machine does any under the same file. The file names its holder, so one
 * that was killed holds up nobody. Throws when a living holder does not come to an end.
 */
export async function withFolderLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const mine = `${file}.${process.pid}.${Date.now()}`;
  await writeFile(mine, [process.pid, await startOf("self")].join(" "), { mode: 0o600 });
  try {
    await take(file, mine);
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function take(file: string, mine: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      // The file comes into being with its content, or not at all.
      return await link(mine, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await readFile(file, "utf8").catch(() => "");
    if (holder && !(await lives(holder))) await clear(file, holder, `${mine}.stale`);
    else if (Date.now() > until)
      throw new Error(`Process ${holder.split(" ")[0]} has held ${file} for too long. End it, or remove the file.`);
    else await sleep(LOOK_MS);
  }
}

/** Takes a dead holder's file away; one that somebody made meanwhile is put back. */
async function clear(file: string, holder: string, aside: string): Promise<void> {
  await rename(file, aside).catch(() => undefined);
  if ((await readFile(aside, "utf8").catch(() => holder)) !== holder) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

/** A container that starts again gives the same ids to other processes, so the time of the start counts, too. */
async function lives(holder: string): Promise<boolean> {
  const [pid, started] = holder.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !started || started === (await startOf(pid));
}

/** When a process started, in the system's own measure. Only Linux says so. */
const startOf = async (pid = "self") => {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name in brackets may itself hold spaces and brackets.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
};
