import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createReadableStreamFromReadable } from "@remix-run/node";
import { notFound } from "../errors";

/**
 * Sends a file as a stream, or what follows `Range: bytes=N-` of it, so that a broken download goes on where it stopped.
 * Throws 404 when it is not there.
 */
export async function sendFile(request: Request, file: string, headers: Record<string, string> = {}): Promise<Response> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw notFound("This file");
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.get("Range") ?? "")?.[1] ?? 0);
  const common = { "Accept-Ranges": "bytes", "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", ...headers };
  if (start > 0 && start >= found.size)
    return new Response(null, { status: 416, headers: { ...common, "Content-Range": `bytes */${found.size}` } });
  const length = { ...common, "Content-Length": String(found.size - start) };
  const range = { "Content-Range": `bytes ${start}-${found.size - 1}/${found.size}` };
  const body = request.method === "HEAD" || found.size === 0 ? null : createReadableStreamFromReadable(createReadStream(file, { start }));
  return new Response(body, start > 0 ? { status: 206, headers: { ...length, ...range } } : { headers: length });
}
