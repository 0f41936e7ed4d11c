import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import type { Actor } from "../audit/commands.server";
import { UserError } from "../errors";
import type { ImportRun } from "../generated/prisma/client";
import { createImport } from "./commands.server";
import { receiveFile } from "./files.server";
import { optionsOf, type ImportQuery } from "./schema";

/** The body of a request as a stream, never held in memory as a whole. */
export function bodyOf(request: Request): Readable {
  if (!request.body) throw new UserError("Send the file as the body of the request.", 400);
  return Readable.fromWeb(request.body as WebStream);
}

/** Takes a file that is sent as the body of a request, and puts it in the queue. */
export async function receiveImport(actor: Actor, request: Request, query: ImportQuery): Promise<ImportRun> {
  const file = await receiveFile(bodyOf(request), request.signal);
  return await createImport(actor, { poolId: query.pool, fileName: query.name, options: optionsOf(query), file });
}
