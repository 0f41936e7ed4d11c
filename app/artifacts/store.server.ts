import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { type Transaction, db } from "../database/client.server";
import { env } from "../env.server";
import { UserError, isOutOfRoom } from "../errors";
import { plural } from "../ui/number";

/** Where an artifact lies, or will lie: its name is its content's SHA-256, so a file here is whole or not there. */
export const artifactPath = (sha256: string): string => path.join(env.TIEBREAK_DATA_DIR, "artifacts", sha256);

/** One unfinished upload per job: workers of different jobs never write into the same file. */
const partPath = (sha256: string, jobId: string): string => path.join(incoming(), `${sha256}.${jobId}.part`);
const incoming = () => path.join(env.TIEBREAK_DATA_DIR, "artifacts", "incoming");

export type Received = { sha256: string; receivedBytes: number; done: boolean };

/**
 * How much of an upload has arrived; a finished one answers its whole size, and counts as new: whoever asks is about to
 * name it, so it must not be pruned meanwhile.
 */
export async function received(sha256: string, jobId: string): Promise<Received> {
  const [done] = await db.artifact.updateManyAndReturn({ where: { sha256 }, data: { createdAt: new Date() } });
  if (done) return { sha256, receivedBytes: Number(done.sizeBytes), done: true };
  return { sha256, receivedBytes: await sizeOf(partPath(sha256, jobId)), done: false };
}

export type Piece = { start: number; total: number; body: AsyncIterable<Uint8Array> };

/**
 * Writes one piece of an upload where it belongs. The last piece ends it: the whole file is read back and hashed, made
 * durable, and only then renamed to its name, so that a kill at any point leaves either nothing or a whole file.
 * Throws 409 with `expected` for a piece that would leave a hole, 422 when the content is not what the hash says.
 */
export async function receive(sha256: string, jobId: string, piece: Piece): Promise<Received> {
  const before = await received(sha256, jobId);
  if (before.done) return before;
  const part = partPath(sha256, jobId);
  await mkdir(path.dirname(part), { recursive: true });
  if (piece.start > before.receivedBytes)
    throw new UserError(
      `The upload has ${plural(before.receivedBytes, "byte")}; a piece at ${piece.start} would leave a hole.`,
      409,
      undefined,
      {
        code: "offset",
        expected: before.receivedBytes,
      },
    );
  const size = await write(part, piece);
  if (size < piece.total) return { sha256, receivedBytes: size, done: false };
  // The same upload may come twice, as after a lost answer; the one that ends second finds the file in its place.
  await check(part, sha256).catch(async (error: unknown) => {
    if (!(await exists(artifactPath(sha256)))) throw error;
  });
  await db.$transaction(async (tx) => {
    await lock(tx, sha256);
    await keep(part, sha256);
    await tx.artifact.upsert({ where: { sha256 }, create: { sha256, sizeBytes: piece.total }, update: {} });
  });
  return { sha256, receivedBytes: piece.total, done: true };
}

/** File and row of an artifact come and go together: pruning must not take a file that has just arrived again. */
const lock = (tx: Transaction, sha256: string) =>
  tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`artifact:${sha256}`}, 0))`;

/** Made if it is not there, and never emptied: a second try of the same piece may be writing the same bytes. */
const AS_IT_IS = constants.O_RDWR | constants.O_CREAT;

/** Writes the piece in place, and returns how long the file is with it. */
async function write(part: string, { start, total, body }: Piece): Promise<number> {
  const file = await open(part, AS_IT_IS);
  try {
    let at = start;
    for await (const chunk of body) {
      if (at + chunk.length > total) throw new UserError(`More bytes than the ${total} that Content-Range announced.`, 422);
      at = await writeAll(file, chunk, at);
    }
    await file.sync();
    return at;
  } catch (error) {
    throw diskError(error);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < chunk.length) done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  return position + done;
}

async function check(part: string, sha256: string): Promise<void> {
  const actual = await hashOf(part);
  if (actual !== sha256) {
    await rm(part);
    throw new UserError(`What arrived has the SHA-256 ${actual}, not ${sha256}. It was dropped; send the file again from its start.`, 422);
  }
}

async function keep(part: string, sha256: string): Promise<void> {
  await rename(part, artifactPath(sha256)).catch(async (error: unknown) => {
    if (!(await exists(artifactPath(sha256)))) throw error;
  });
  await syncFolder(path.dirname(artifactPath(sha256)));
}

/** Makes the rename itself durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** No room is nobody's bug: it is said to the admin and to the worker, which keeps the file and tries again later. */
function diskError(error: unknown): unknown {
  if (isOutOfRoom(error))
    return new UserError("The platform's disk is full. Make room in its data folder; the upload goes on where it stopped.", 503);
  return error;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Removes what no model and no job refers to any more, once it is a day old: replaced checkpoints, and uploads of a job
 * that never ended. Returns how many files went.
 */
export async function pruneArtifacts(): Promise<number> {
  const unused = { createdAt: { lt: new Date(Date.now() - DAY_MS) }, modelFiles: { none: {} }, jobFiles: { none: {} } };
  const rows = await db.artifact.findMany({ where: unused, select: { sha256: true }, take: 1000 });
  let pruned = await pruneParts();
  for (const { sha256 } of rows)
    pruned += await db.$transaction(async (tx) => {
      await lock(tx, sha256);
      const { count } = await tx.artifact.deleteMany({ where: { ...unused, sha256 } });
      if (count > 0) await rm(artifactPath(sha256), { force: true });
      return count;
    });
  return pruned;
}

async function pruneParts(): Promise<number> {
  let pruned = 0;
  for (const name of await readdir(incoming()).catch(() => [] as string[])) {
    const part = path.join(incoming(), name);
    const { mtimeMs } = await stat(part).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs > Date.now() - DAY_MS) continue;
    await rm(part, { force: true });
    pruned += 1;
  }
  return pruned;
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
