import { serveParent } from "../background/child";
import { connect } from "../database/connection.server";
import { makeAndPublish, type ReleaseJob } from "./publish.server";

/** The program that makes one release, started by child.server.ts. */
export type ReleaseProgramJob = ReleaseJob & { databaseUrl: string };

serveParent(async ({ databaseUrl, ...job }: ReleaseProgramJob, { signal, progress, warn }) => {
  const { client, failure } = await connect(databaseUrl, "release", { signal, warn });
  try {
    await makeAndPublish(client, job, { signal, progress });
  } catch (error) {
    throw failure(error);
  }
});
