import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { PassThrough, pipeline as join, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createReadableStreamFromReadable } from "@remix-run/node";
import archiver from "archiver";
import { pack as packTar } from "tar-stream";
import { log } from "../log.server";
import { releaseFiles } from "./queries.server";

export const ARCHIVES = ["tar", "zip"] as const;
const TYPES = { tar: "application/x-tar", zip: "application/zip" };

/** Entries carry no time of their own, so the same release gives the same archive. */
const MADE = new Date("1980-01-01T00:00:00Z");
const MODE = 0o644;

type Entry = { name: string; file: string };

/** The whole release in one file, put together while it is sent: nothing is written and memory stays flat. */
export async function archiveResponse(number: number, format: (typeof ARCHIVES)[number]): Promise<Response> {
  const { folder, paths } = await releaseFiles(number);
  const entries = paths.map((name) => ({ name: `release-${number}/${name}`, file: path.join(folder, name) }));
  const brokeOff = (error: unknown) => log.warn({ number, error: String(error) }, "A download of a release broke off");
  const archive = format === "tar" ? tar(entries, brokeOff) : zip(entries, brokeOff);
  return new Response(createReadableStreamFromReadable(archive), {
    headers: { "Content-Type": TYPES[format], "Content-Disposition": `attachment; filename="release-${number}.${format}"` },
  });
}

/** Written with tar-stream itself, because archiver cannot stop a tar whose reader has left: it throws where nobody catches. */
function tar(entries: Entry[], brokeOff: (error: unknown) => void): Readable {
  const out = new PassThrough();
  const pack = packTar();
  join(pack, out, (error) => error && brokeOff(error));
  const fill = async () => {
    for (const { name, file } of entries) {
      const { size } = await stat(file);
      await pipeline(createReadStream(file), pack.entry({ name, size, mtime: MADE, mode: MODE }));
    }
    pack.finalize();
  };
  fill().catch((error: unknown) => pack.destroy(error as Error));
  return out;
}

function zip(entries: Entry[], brokeOff: (error: unknown) => void): Readable {
  const out = new PassThrough();
  // Files that are looked at several at once come in the order in which the disk answers.
  const archive = archiver("zip", { statConcurrency: 1, zlib: { level: 1 } });
  archive.on("error", (error) => out.destroy(error));
  // A reader that goes away ends the reading of files, too.
  out.on("close", () => archive.abort());
  archive.pipe(out);
  for (const { name, file } of entries) archive.file(file, { name, date: MADE, mode: MODE });
  archive.finalize().catch(brokeOff);
  return out;
}
