import path from "node:path";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { sendFile } from "~/artifacts/send.server";
import { artifactPath } from "~/artifacts/store.server";
import { requireRole } from "~/auth/guards.server";
import { jsonRoute } from "~/http/input.server";
import { pathId } from "~/http/path.server";
import { jobFile } from "~/jobs/queries.server";

/** A file that a job left, always as a download: a worker's HTML must not run on this site. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireRole(request, "admin");
    const name = params["*"] ?? "";
    const sha256 = await jobFile(pathId(params.jobId, "This job"), name);
    const quoted = path.basename(name).replace(/[^\w.-]/g, "_");
    return sendFile(request, artifactPath(sha256), { "Content-Disposition": `attachment; filename="${quoted}"` });
  });
