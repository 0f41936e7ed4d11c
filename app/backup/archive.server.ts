import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack as packTar, type Pack } from "tar-stream";
import { z } from "zod";
import { UserError } from "../errors";

/**
 * A backup is one tar: manifest.json first, then the rows as database/TABLE/NUMBER.copy (PostgreSQL's text format of COPY, whole
 * rows each), then files/PATH from the data folder, and end.json last, which tells a whole backup from one that was cut off.
 */
export const manifestSchema = z.object({
  format: z.literal("tiebreak-backup-1"),
  createdAt: z.iso.datetime(),
  /** The migrations of the database, by which its tables are made again. */
  migrations: z.array(z.string()),
  columns: z.record(z.string(), z.array(z.string())),
});
export const endSchema = z.object({
  rows: z.record(z.string(), z.number()),
  /** The last number that each sequence has given. */
  sequences: z.record(z.string(), z.string()),
  files: z.number(),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type End = z.infer<typeof endSchema>;

/** What is made again, runs somewhere else, or is half of an upload. The database's own files are not its contents. */
const LEFT_OUT = /^(postgres(\..+)?|logs|backups|worker|worker-env|setup)(\/|$)|(^|\/)incoming(\/|$)/;

/** Writes a tar that appears under its name when it is whole; only its owner may read it, as it holds what opens accounts. */
export async function writeTar(file: string, fill: (pack: Pack) => Promise<void>): Promise<void> {
  if (await stat(file).catch(() => undefined)) throw new UserError(`${file} exists already. Name a file that does not.`, 409);
  const making = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  const pack = packTar();
  try {
    const written = pipeline(pack, createWriteStream(making, { mode: 0o600 }));
    const filled = fill(pack).then(
      () => pack.finalize(),
      (error: unknown) => (pack.destroy(error as Error), Promise.reject(error as Error)),
    );
    // The reason is what filling failed with; that the pipe broke is its consequence.
    await Promise.all([filled, written.catch((error: unknown) => filled.then(() => Promise.reject(error as Error)))]);
    const handle = await open(making, "r+");
    await handle.sync().finally(() => handle.close());
    await rename(making, file);
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  }
}

export async function addText(pack: Pack, name: string, content: string | Buffer): Promise<void> {
  const bytes = Buffer.from(content);
  await pipeline(Readable.from([bytes], { objectMode: false }), pack.entry({ name, size: bytes.length, mode: 0o600 }));
}

/** Adds what belongs to the instance beside its database. Returns how many files. One that is deleted meanwhile belongs to nothing any more. */
export async function addFiles(pack: Pack, folder: string, signal?: AbortSignal): Promise<number> {
  let count = 0;
  for await (const name of filesBelow(folder)) {
    signal?.throwIfAborted();
    const at = path.join(folder, name);
    const found = await stat(at).catch(() => undefined);
    if (!found?.isFile()) continue;
    const header = { name: `files/${name}`, size: found.size, mode: found.mode & 0o777, mtime: found.mtime };
    const content = found.size === 0 ? Readable.from([]) : createReadStream(at, { end: found.size - 1 });
    await pipeline(content, pack.entry(header));
    count += 1;
  }
  return count;
}

async function* filesBelow(folder: string, below = ""): AsyncGenerator<string> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (LEFT_OUT.test(name)) continue;
    if (entry.isDirectory()) yield* filesBelow(folder, name);
    else if (entry.isFile()) yield name;
  }
}
