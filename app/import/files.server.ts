import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { env } from "../env.server";
import { UserError, isOutOfRoom } from "../errors";

const root = () => path.join(env.TIEBREAK_DATA_DIR, "imports");
const incoming = () => path.join(root(), "incoming");
const folder = (importId: string) => path.join(root(), importId);

/** The file as it was uploaded. Kept until the import is done or cancelled; see app/import/prune.server.ts for those that fail. */
export const sourcePath = (importId: string) => path.join(folder(importId), "source");
/** The bad rows, one JSON object per line. Kept. */
export const badRowsPath = (importId: string) => path.join(folder(importId), "bad-rows.jsonl");

/** The rows that an undone import had added, compressed. Kept. */
export const undonePath = (importId: string) => path.join(folder(importId), "undone.jsonl.gz");

export type ReceivedFile = { path: string; bytes: number; sha256: string };

const DAY_MS = 86_400_000;

/** Writes a stream to the data folder as it comes. What is left behind by an upload that broke off is removed. */
export async function receiveFile(stream: Readable, signal?: AbortSignal): Promise<ReceivedFile> {
  await mkdir(incoming(), { recursive: true });
  await removeAbandoned();
  const file = path.join(incoming(), randomUUID());
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(stream, measure, createWriteStream(file), { signal });
  } catch (error) {
    await rm(file, { force: true });
    if (isOutOfRoom(error))
      throw new UserError("The disk is full, so the file could not be received. Free some space and send it again.", 503);
    throw error;
  }
  return { path: file, bytes, sha256: hash.digest("hex") };
}

/** A server that was killed during an upload leaves a file that nobody will finish. */
export async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(incoming()).catch(() => [] as string[])) {
    const file = path.join(incoming(), name);
    const age = await stat(file).then(({ mtimeMs }) => Date.now() - mtimeMs).catch(() => 0); // prettier-ignore
    if (age > DAY_MS) await rm(file, { force: true });
  }
}

/** Imports whose uploaded file is there, and when it came. */
export async function keptSources(): Promise<{ id: string; since: Date }[]> {
  const kept: { id: string; since: Date }[] = [];
  for (const id of await readdir(root()).catch(() => [] as string[])) {
    const found = await stat(sourcePath(id)).catch(() => undefined);
    if (found) kept.push({ id, since: found.mtime });
  }
  return kept;
}

/** Makes a received file the source of an import. */
export async function keepSource(importId: string, file: ReceivedFile): Promise<void> {
  await mkdir(folder(importId), { recursive: true });
  await rename(file.path, sourcePath(importId));
}

export const removeSource = (importId: string) => rm(sourcePath(importId), { force: true });
export const discard = (file: ReceivedFile) => rm(file.path, { force: true });
