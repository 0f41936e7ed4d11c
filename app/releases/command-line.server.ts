import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { COMMAND_LINE } from "../audit/commands.server";
import { claimRunById } from "../background/queue.server";
import { executeRun } from "../background/runner.server";
import { progressLine, type CommandInput } from "../cli";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import { count, plural } from "../ui/number";
import { cancelRelease, createRelease, poolIds } from "./commands.server";
import { diskError } from "./files.server";
import { emptySplitsOf, type Manifest } from "./manifest";
import { LEFT_OUT, type LeftOut } from "./schema";
import { releaseFolder, releaseWork } from "./work.server";

const STOPPED = 130;

/** Makes a release in this process and copies it to --out. Returns the exit code. */
export async function run({ values, signal, print }: CommandInput): Promise<number> {
  const given = Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  const out = path.resolve(given.out ?? "");
  await mustBeFree(out);
  const name = given.name ?? `Release of ${new Date().toISOString().slice(0, 10)}`;
  const options = { ...(await optionsOf(given)), ...switches(values) };
  const { id, number } = await createRelease(COMMAND_LINE, { name, options });
  const claimed = await claimRunById("Release", id);
  const outcome = claimed
    ? await executeRun(withProgress(), claimed, { stop: signal, onStop: "cancel" })
    : await elsewhere(id, number, signal);
  const release = await db.release.findUniqueOrThrow({ where: { id } });
  if (outcome === "cancelled") {
    print(`Release ${number} was cancelled; nothing was written.`);
    return STOPPED;
  }
  if (outcome !== "done") throw new UserError(release.error ?? `Release ${number} is ${release.status}; nothing was written.`);
  await copyOut(number, out);
  print(`Release ${number}: ${plural(release.rowsTotal, "row")} in ${out}`);
  for (const line of leftOutLines(release.manifest as Manifest | null)) print(line);
  print(`Content hash ${release.contentHash ?? ""}`);
  return 0;
}

/** Options that take in what is left out unless they are given. */
const TAKEN_IN_BY: Partial<Record<LeftOut, string>> = {
  deactivated: "--deactivated include",
  not_blind: "--not-blind include",
  archived: "--archived include",
  flagged: "--flagged include",
  gold: "--golds include",
};

/** What the options kept out, so that nobody has to look for it. */
function leftOutLines(manifest: Manifest | null): string[] {
  const lines = (counts: Partial<Record<LeftOut, number>>, one: string) =>
    (Object.entries(counts) as [LeftOut, number][]).map(([reason, number]) => {
      const option = TAKEN_IN_BY[reason];
      return `Left out: ${plural(number, one)}, ${LEFT_OUT[reason]}${option ? ` (${option} takes them in)` : ""}`;
    });
  const empty = manifest && emptySplitsOf(manifest);
  return manifest ? [...(empty ? [empty] : []), ...lines(manifest.leftOut.votes, "vote"), ...lines(manifest.leftOut.rows, "row")] : [];
}

/** The background work, drawn as a line on the terminal. */
function withProgress(): typeof releaseWork {
  return {
    ...releaseWork,
    execute: async (claimed, context) => {
      const line = progressLine();
      const progress = (columns: Record<string, number>) => {
        context.progress(columns);
        const { rowsDone = 0, rowsTotal = 0 } = columns;
        line.show(rowsTotal > 0 ? rowsDone / rowsTotal : 0, `${count(rowsDone)} of ${plural(rowsTotal, "row")}`);
      };
      try {
        await releaseWork.execute(claimed, { ...context, progress });
      } finally {
        line.end();
      }
    },
  };
}

const listed = (text: string | undefined) =>
  text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "none");
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));

async function optionsOf(given: Record<string, string>) {
  const { from, to, unstated, deactivated, golds, flagged, archived, aggregation, margins } = given;
  const options = {
    ...{ from, to, unstated, deactivated, golds, flagged, archived, aggregation, margins },
    pools: await pools(given.pool),
    rounds: listed(given.rounds)?.map(Number),
    ...{ strengths: listed(given.strengths), pairs: listed(given.pairs), variants: listed(given.variants) },
    ...{ identityLeaks: given["identity-leaks"], notBlind: given["not-blind"], minGoldAccuracy: number(given["min-gold-accuracy"]) },
    ...{ validation: number(given.validation), test: number(given.test), seed: number(given.seed) },
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const switches = (values: CommandInput["values"]) => ({
  ...(values["no-parquet"] ? { parquet: false } : {}),
  ...(values["no-details"] ? { details: false } : {}),
  ...(values["no-pseudonyms"] ? { pseudonyms: false } : {}),
});

/** A pool's own name may hold a comma, so the whole text is tried as one name first. */
async function pools(text: string | undefined): Promise<string[]> {
  if (text === undefined) return [];
  const whole = await db.pool.findUnique({ where: { name: text }, select: { id: true } });
  return whole ? [whole.id] : await poolIds(listed(text) ?? []);
}

async function mustBeFree(out: string): Promise<void> {
  const entries = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UserError(`${out} cannot be used: ${error.message}`);
  });
  if (entries.length > 0) throw new UserError(`${out} is not empty. Name a new folder; a release never overwrites anything.`);
}

const LOOK_EVERY_MS = 200;

/** A server on the same data took the release from the queue first: waits for it, and hands a Ctrl-C on. */
async function elsewhere(id: string, release: number, signal: AbortSignal): Promise<string> {
  for (let asked = false; ; await sleep(LOOK_EVERY_MS)) {
    const { status } = await db.release.findUniqueOrThrow({ where: { id }, select: { status: true } });
    if (status !== "queued" && status !== "running") return status;
    if (signal.aborted && !asked) await cancelRelease(COMMAND_LINE, release);
    asked = signal.aborted;
  }
}

async function copyOut(release: number, out: string): Promise<void> {
  const partial = `${out}.partial`;
  try {
    await mkdir(path.dirname(out), { recursive: true });
    // Of a command that was killed: what it copied may be of another release.
    await rm(partial, { recursive: true, force: true });
    await cp(releaseFolder(release), partial, { recursive: true });
    await rm(out, { recursive: true, force: true });
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw diskError(error, path.dirname(out));
  }
}
