import path from "node:path";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { sendFile } from "~/artifacts/send.server";
import { db } from "~/database/client.server";
import { notFound } from "~/errors";
import { SPLIT_FILE } from "~/jobs/describe.server";
import { requireRelease } from "~/jobs/downloads.server";
import { releaseFolder } from "~/releases/work.server";
import { workerRoute } from "~/workers/guard.server";

/** One split of a release, for the job that trains on it. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  workerRoute(request, async (worker) => {
    const { releaseId = "", name = "" } = params;
    if (!SPLIT_FILE.test(name) || !/^[0-9a-f-]{36}$/.test(releaseId)) throw notFound("This file");
    await requireRelease(worker, releaseId);
    const release = await db.release.findUnique({ where: { id: releaseId }, select: { number: true } });
    if (!release) throw notFound("This release");
    return sendFile(request, path.join(releaseFolder(release.number), name));
  });
