import { PassThrough } from "node:stream";
import path from "node:path";
import { createReadableStreamFromReadable } from "@remix-run/node";
import archiver from "archiver";
import { log } from "../log.server";
import { releaseFiles } from "./queries.server";

export const ARCHIVES = ["tar", "zip"] as const;

/**
 * The whole release in one file, put together while it is sent: nothing is written and memory stays flat. Entries carry no
 * time, so the same release gives the same archive.
 */
export async function archiveResponse(number: number, format: (typeof ARCHIVES)[number]): Promise<Response> {
  const { folder, paths } = await releaseFiles(number);
  const archive = archiver(format, format === "zip" ? { zlib: { level: 1 } } : {});
  const out = new PassThrough();
  archive.on("error", (error) => out.destroy(error));
  // A reader that goes away ends the reading of files, too.
  out.on("close", () => archive.abort());
  archive.pipe(out);
  for (const name of paths)
    archive.file(path.join(folder, name), { name: `release-${number}/${name}`, date: new Date("1980-01-01T00:00:00Z"), mode: 0o644 });
  archive.finalize().catch((error: unknown) => log.warn({ number, error: String(error) }, "A download of a release broke off"));
  return new Response(createReadableStreamFromReadable(out), {
    headers: {
      "Content-Type": format === "zip" ? "application/zip" : "application/x-tar",
      "Content-Disposition": `attachment; filename="release-${number}.${format}"`,
    },
  });
}
