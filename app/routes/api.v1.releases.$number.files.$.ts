import type { LoaderFunctionArgs } from "@remix-run/node";
import { sendFile } from "~/artifacts/send.server";
import { requireToken } from "~/auth/guards.server";
import { jsonRoute } from "~/http/input.server";
import { pathNumber } from "~/http/path.server";
import { archiveResponse } from "~/releases/download.server";
import { releaseFile } from "~/releases/queries.server";

/** One file by its path in the manifest; release.tar or release.zip for all of them. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  jsonRoute(async () => {
    await requireToken(request, "releases:read");
    const [number, name] = [pathNumber(params.number, "This release"), params["*"] ?? ""];
    if (name === "release.tar" || name === "release.zip") return await archiveResponse(number, name === "release.zip" ? "zip" : "tar");
    return await sendFile(request, await releaseFile(number, name));
  });
