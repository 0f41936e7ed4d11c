import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createReadableStreamFromReadable, type LoaderFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";
import { orResponse } from "~/http/input.server";
import { badRowsPath } from "~/import/files.server";
import { getImport } from "~/import/queries.server";

/** The bad rows of an import as a file, one JSON object per line. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const run = await orResponse(getImport(params.importId ?? ""));
  const file = badRowsPath(run.id);
  const { size } = await stat(file).catch(() => {
    throw Response.json({ error: "This import has no bad rows, or they lie in another data folder." }, { status: 404 });
  });
  return new Response(createReadableStreamFromReadable(createReadStream(file)), {
    headers: {
      "Content-Type": "application/x-ndjson",
      "Content-Length": String(size),
      "Content-Disposition": `attachment; filename="bad-rows-${run.id}.jsonl"`,
    },
  });
}
