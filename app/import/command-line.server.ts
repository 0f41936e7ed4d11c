import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { COMMAND_LINE } from "../audit/commands.server";
import { STALE_SECONDS } from "../background/queue.server";
import { UsageError, progressLine, type CommandInput } from "../cli";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import { createPool } from "../pools/commands.server";
import { poolByName } from "../pools/queries.server";
import { count, plural } from "../ui/number";
import { added, readingInWords, warnedInWords } from "./added";
import { badRowInWords, leaveBadRows, readBadRows } from "./bad-rows.server";
import { previewInChild } from "./child.server";
import { createImport, requireOpenPool } from "./commands.server";
import { badRowsPath, discard, receiveFile, type ReceivedFile } from "./files.server";
import type { Preview } from "./preview.server";
import { getImport } from "./queries.server";
import { runImport } from "./run.server";
import { importOptions, type ImportOptions } from "./schema";

/** Exit codes, as the help and docs/importing.md have them. */
const DONE = 0;
const FAILED = 1;
const BAD_ROWS = 3;
const CANCELLED = 130;
/** How many bad rows are said at once. */
const SAID = 3;

export async function run({ values, positionals, signal, print }: CommandInput): Promise<number> {
  const [file = ""] = positionals;
  const options = readOptions(values);
  const errors = text(values.errors);
  if (errors !== undefined && path.resolve(errors) === path.resolve(file))
    throw new UsageError("--errors names the file that is imported. Give the bad rows a file of their own.");
  const size = await stat(file).catch(() => undefined);
  if (!size?.isFile()) throw new UserError(`There is no file ${file}.`);
  if (values["dry-run"]) return await dryRun(file, options, signal, print);
  const poolId = await findPool(values);
  const received = await receiveFile(createReadStream(file), signal);
  const id = await findOrCreate(poolId, path.basename(file), options, received, print);
  await follow(id, signal);
  return await report(id, errors, print);
}

const text = (value: string | true | undefined) => (typeof value === "string" ? value : undefined);

function readOptions(values: CommandInput["values"]): ImportOptions {
  const number = (name: string) => {
    const given = text(values[name]);
    if (given !== undefined && !/^\d+$/.test(given)) throw new UsageError(`--${name} takes a whole number, not "${given}".`);
    return given === undefined ? undefined : Number(given);
  };
  const rule = text(values.pairs) ?? "row";
  const random = /^random:(\d+)$/.exec(rule);
  if (rule !== "row" && rule !== "all" && !random) throw new UsageError(`--pairs is "row", "all" or "random:N", not "${rule}".`);
  const parsed = importOptions.safeParse({
    pairs: random ? { rule: "random", count: Number(random[1]), seed: number("seed") } : { rule },
    round: number("round"),
    ...(values.annotator === undefined ? {} : { annotator: text(values.annotator) }),
    unknownFields: text(values["unknown-fields"]),
  });
  if (!parsed.success) throw new UsageError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  return parsed.data;
}

async function findPool(values: CommandInput["values"]): Promise<string> {
  const name = text(values.pool) ?? "";
  const pool = await poolByName(name);
  // Said before a large file is copied for nothing.
  if (pool) return requireOpenPool(pool).id;
  if (!values["create-pool"]) throw new UserError(`There is no pool called "${name}". Make it on the page, or add --create-pool.`);
  const votes = text(values.votes);
  if (votes !== undefined && !/^([1-9]\d?|100)$/.test(votes)) throw new UsageError("--votes takes a number from 1 to 100.");
  return (await createPool(COMMAND_LINE, { name, ...(votes ? { votesPerComparison: Number(votes) } : {}) })).id;
}

/** The unfinished import of the same file with the same options into the same pool, or a new one. */
async function findOrCreate(poolId: string, fileName: string, options: ImportOptions, file: ReceivedFile, print: CommandInput["print"]) {
  const unfinished = await db.importRun.findMany({
    where: { poolId, status: { in: ["queued", "running"] } },
    orderBy: { createdAt: "asc" },
  });
  const same = unfinished.find((run) => isDeepStrictEqual(run.options, { ...options, sha256: file.sha256 }));
  if (!same) return (await createImport(COMMAND_LINE, { poolId, fileName, options, file })).id;
  await discard(file);
  print(`Going on with the import of this file that was begun before (${plural(same.rows, "row")} done).`);
  return same.id;
}

/**
 * Does the import here, under a progress bar. When another process has it (a server, or one that was killed and is not
 * yet taken for dead), watches until it is finished or free.
 */
async function follow(id: string, signal: AbortSignal): Promise<void> {
  const line = progressLine();
  const watching = new AbortController();
  const watch = (async () => {
    while (!watching.signal.aborted) {
      const run = await db.importRun.findUniqueOrThrow({ where: { id } });
      line.show(Number(run.bytesDone) / Math.max(1, Number(run.bytesTotal)), `${plural(run.rows, "row")}, ${count(run.badRows)} bad`);
      await sleep(250, undefined, { signal: watching.signal }).catch(() => undefined);
    }
  })();
  try {
    for (let waited = 0; !(await runImport(id, signal)); waited++) {
      const { status } = await db.importRun.findUniqueOrThrow({ where: { id } });
      if (!["queued", "running"].includes(status)) break;
      if (signal.aborted) break;
      line.show(0, `waiting: another process has this import (up to ${STALE_SECONDS} s if it died; ${waited} s so far)`);
      await sleep(1000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    watching.abort();
    await watch;
    line.end();
  }
}

/** Says what would become of a file. Nothing is kept, and no pool is made. */
async function dryRun(file: string, options: ImportOptions, signal: AbortSignal, print: CommandInput["print"]): Promise<number> {
  const preview = await previewInChild({ path: file, name: path.basename(file), options, part: false }, signal);
  const { counts, problem, rows, bad } = preview;
  sayReading(preview, print);
  if (counts)
    print(
      `${counts.atLeast ? "At least " : ""}${plural(counts.rows, "row")} would make ${plural(counts.prompts, "prompt")}, ${plural(counts.responses, "response")}, ` +
        `${plural(counts.comparisons, "comparison")} and ${plural(counts.votes, "vote")}, fewer where the pool has them already. ${count(counts.bad)} bad.`,
    );
  const said = [...rows.flatMap((row) => ("reason" in row ? [row] : [])), ...bad].slice(0, SAID);
  for (const row of said) print(badRowInWords(row));
  if (problem !== undefined) throw new UserError(problem);
  return counts && counts.bad > 0 ? BAD_ROWS : DONE;
}

function sayReading({ shapes, warned, warnings }: Pick<Preview, "shapes" | "warned" | "warnings">, print: CommandInput["print"]): void {
  if (shapes.length > 0) print(readingInWords(shapes));
  if (warned > 0) print(`${warnedInWords(warned)}:`);
  for (const { line, warning } of warnings) print(badRowInWords({ line, field: "", reason: warning }));
}

async function report(id: string, errorsFile: string | undefined, print: CommandInput["print"]): Promise<number> {
  const run = await getImport(id);
  sayReading(run, print);
  print(`${plural(run.rows, "row")} read: ${added(run)} added, ${plural(run.duplicates, "row")} there already, ${count(run.badRows)} bad.`);
  if (errorsFile && (run.badRows > 0 || run.status === "done")) await leaveBadRows(badRowsPath(id), errorsFile, run.badRows);
  if (run.badRows > 0) {
    for (const row of await readBadRows(badRowsPath(id), { skip: 0, take: SAID })) print(badRowInWords(row));
    print(`Bad rows, with line, field and reason: ${errorsFile ?? badRowsPath(id)}`);
  }
  if (run.status === "done") return run.badRows > 0 ? BAD_ROWS : DONE;
  if (run.status === "failed") throw new UserError(`The import failed: ${run.error ?? "for an unknown reason"}`);
  print(
    run.status === "cancelled"
      ? "Stopped. What is above is kept; the same command adds the rest."
      : `The import is ${run.status} in another process.`,
  );
  return run.status === "cancelled" ? CANCELLED : FAILED;
}
