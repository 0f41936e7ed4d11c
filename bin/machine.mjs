// What the machine must have before anything is installed, each with a sentence that says what to do.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, statfsSync } from "node:fs";
import path from "node:path";
import { StartError } from "../app/start-error.mjs";

/** The versions that Prisma supports; package.json says the same to npm. */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) return;
  throw new StartError(
    `Tiebreak needs Node 20 from 20.19 on, 22 from 22.12 on, or 24 and later; this is ${version}. Install one of those, such as from https://nodejs.org.`,
  );
}

export function requireSystem({ platform = process.platform, musl = hasMusl(), databaseUrl = process.env.DATABASE_URL } = {}) {
  if (platform === "win32")
    throw new StartError(
      "Tiebreak runs on Linux and macOS. On Windows, use it inside WSL 2: run `wsl --install` once, open the Linux terminal that it gives you, " +
        "install Node there, clone Tiebreak into your Linux home folder and run the same command.",
    );
  if (musl && !databaseUrl)
    throw new StartError(
      "This Linux is built on musl, as Alpine is, and the embedded database needs glibc. Name a PostgreSQL server of your own in DATABASE_URL, " +
        "or use a system such as Debian or Ubuntu.",
    );
}

function hasMusl() {
  if (process.platform !== "linux") return false;
  return existsSync("/lib") && readdirSync("/lib").some((name) => name.startsWith("ld-musl-"));
}

/** Makes the data folder, and makes sure that it can be written to. */
export function requireDataFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = {
      EROFS: "the file system can only be read",
      ENOSPC: "its disk is full",
      ENOTDIR: "a file is in the way",
      EEXIST: "a file is in the way",
    };
    throw new StartError(
      `The data folder ${folder} cannot be used: ${why[error.code] ?? "permission denied"}. Set TIEBREAK_DATA_DIR to a folder that you may write to.`,
    );
  }
}

const GB = 1e9;

/** Refuses to begin what would only fill the disk. */
export function requireSpace(folder, bytes, what) {
  let there = folder;
  while (!existsSync(there)) there = path.dirname(there);
  const { bavail, bsize } = statfsSync(there);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new StartError(
    `${what} takes about ${(bytes / GB).toFixed(1)} GB in ${folder}, and ${(free / GB).toFixed(1)} GB are free there. Make room, and start again.`,
  );
}

/** Programs on this very machine are never reached through a proxy. */
export function passLoopbackByProxy(environment = process.env) {
  const proxied = Object.keys(environment).some((name) => /^(https?|all)_proxy$/i.test(name) && environment[name]);
  if (!proxied) return;
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const given = (environment[name] ?? environment[name.toLowerCase()] ?? environment[name.toUpperCase()] ?? "")
      .split(",")
      .filter(Boolean);
    environment[name] = [...new Set([...given, "127.0.0.1", "localhost", "::1"])].join(",");
  }
}
