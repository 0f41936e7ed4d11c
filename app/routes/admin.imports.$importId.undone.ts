import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireRole } from "~/auth/guards.server";
import { fileDownload } from "~/http/file.server";
import { orResponse } from "~/http/input.server";
import { undonePath } from "~/import/files.server";
import { getImport } from "~/import/queries.server";

/** The rows that an undone import had added, one JSON object per line, compressed. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const { id, undoneAt } = await orResponse(getImport(params.importId ?? ""));
  const missing = "This import was not undone, or what it had added is in another data folder.";
  if (!undoneAt) throw Response.json({ error: missing }, { status: 404 });
  return await fileDownload(undonePath(id), { type: "application/gzip", name: `undone-${id}.jsonl.gz`, missing });
}
