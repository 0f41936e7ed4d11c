import { readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { z } from "zod";
import type { Actor } from "../audit/commands.server";
import { db } from "../database/client.server";
import type { ImportRun } from "../generated/prisma/client";
import { createImport } from "../import/commands.server";
import { receiveFile } from "../import/files.server";
import { createPool } from "../pools/commands.server";
import { poolByName } from "../pools/queries.server";
import { newPool } from "../pools/schema";

const FOLDER = path.resolve("seed");
const samples = z.array(newPool.extend({ slug: z.string(), file: z.string(), guidelines: z.string() }));
export type Sample = z.infer<typeof samples>[number] & { lines: string };

/** The sample pools of seed/pools.json, with the lines of their files, whose past votes end yesterday. */
export async function readSamples(): Promise<Sample[]> {
  const entries = samples.parse(JSON.parse(await readFile(path.join(FOLDER, "pools.json"), "utf8")));
  const files = await Promise.all(entries.map(({ file }) => readFile(path.join(FOLDER, file), "utf8")));
  const shift = daysToYesterday(files.join("\n"));
  return entries.map((entry, index) => ({
    ...entry,
    lines: files[index]!.replace(VOTED_AT, (...found) => later(found[1] as string, shift)),
  }));
}

const VOTED_AT = /(?<="created_at": ?")([^"]+)(?=")/g;
const DAY_MS = 86_400_000;
const dayOf = (time: number) => Math.floor(time / DAY_MS);
const later = (at: string, days: number) => new Date(Date.parse(at) + days * DAY_MS).toISOString();

/** Whole days from the last vote in the files to yesterday, so that votes keep their hours and the overview has a past week to show. */
function daysToYesterday(lines: string): number {
  const last = Math.max(...[...lines.matchAll(VOTED_AT)].map(([at]) => Date.parse(at)));
  return dayOf(Date.now()) - 1 - dayOf(last);
}

/**
 * Makes the pool of a sample, unless there is one of its name, and queues the import of its prompts, responses and
 * votes. Votes go to the account that `people` names for their annotator, else to one without sign-in.
 */
export async function importSample(actor: Actor, sample: Sample, people: Record<string, string>): Promise<ImportRun> {
  const { slug, file: _, lines, guidelines, ...settings } = sample;
  const text = await readFile(path.join(FOLDER, guidelines), "utf8");
  const pool = (await poolByName(settings.name)) ?? (await createPool(actor, { ...settings, guidelines: text }));
  const received = await receiveFile(Readable.from([Buffer.from(lines)]));
  return await createImport(actor, { poolId: pool.id, fileName: `${slug}.jsonl`, options: {}, file: received, people });
}

/** Something to try Tiebreak with. Does nothing once there is a pool. Returns how many imports were queued. */
export async function addSamples(actor: Actor): Promise<number> {
  if ((await db.pool.count()) > 0) return 0;
  const entries = await readSamples();
  for (const sample of entries) await importSample(actor, sample, {});
  return entries.length;
}
