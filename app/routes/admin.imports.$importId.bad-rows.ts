import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";
import { fileDownload } from "~/http/file.server";
import { orResponse } from "~/http/input.server";
import { badRowsPath } from "~/import/files.server";
import { getImport } from "~/import/queries.server";

/** The bad rows of an import as a file, one JSON object per line. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const { id } = await orResponse(getImport(params.importId ?? ""));
  const missing = "This import has no bad rows, or they are in another data folder.";
  return await fileDownload(badRowsPath(id), { type: "application/x-ndjson", name: `bad-rows-${id}.jsonl`, missing });
}
