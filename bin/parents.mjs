import { readFileSync } from "node:fs";

const LOOK_MS = 500;

/**
 * npm hands a signal to its shell alone, and neither tells this process. So when npm or the shell between has gone, whoever
 * started `npm run up` has ended it. Does nothing when npm did not start this process.
 */
export function watchParents(onGone) {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const npm = isNpm(shell) ? undefined : parentOf(shell);
  const watched = npm !== undefined && isNpm(npm) ? npm : undefined;
  const timer = setInterval(() => {
    if (process.ppid === shell && (watched === undefined || parentOf(shell) === watched)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_MS);
  timer.unref();
}

const read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/** Only Linux says so; elsewhere the shell alone is watched. */
const isNpm = (pid) => /(^|\/)npm\b/.test(read(`/proc/${pid}/cmdline`).replaceAll("\0", " "));

function parentOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  const parent = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  return Number.isInteger(parent) ? parent : undefined;
}
