import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createReadableStreamFromReadable } from "@remix-run/node";

type Download = { type: string; name: string; missing: string };

/** A file of the data folder as a download, read as slowly as it is taken. Throws 404, in the words of `missing`, when it is not there. */
export async function fileDownload(file: string, { type, name, missing }: Download): Promise<Response> {
  const { size } = await stat(file).catch(() => {
    throw Response.json({ error: missing }, { status: 404 });
  });
  return new Response(createReadableStreamFromReadable(createReadStream(file)), {
    headers: { "Content-Type": type, "Content-Length": String(size), "Content-Disposition": `attachment; filename="${name}"` },
  });
}
