import type { LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { sendFile } from "~/artifacts/send.server";
import { requireRole } from "~/auth/guards.server";
import { jsonRoute, parseQuery } from "~/http/input.server";
import { pathNumber } from "~/http/path.server";
import { archiveResponse, ARCHIVES } from "~/releases/download.server";
import { releaseFile } from "~/releases/queries.server";
import { recordDownload } from "~/votes/opened.server";

const query = z.object({ file: z.string().optional(), archive: z.enum(ARCHIVES).catch("tar") });

/** One file of a release (?file=train.jsonl), or all of it (?archive=tar or zip). */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const { id } = await requireRole(request, "admin", "reviewer");
  return await jsonRoute(async () => {
    const { file, archive } = parseQuery(request, query);
    const number = pathNumber(params.number, "This release");
    const response = file ? await sendFile(request, await releaseFile(number, file)) : await archiveResponse(number, archive);
    await recordDownload(id, number, file);
    return response;
  });
}
