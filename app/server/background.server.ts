import { pruneArtifacts } from "../artifacts/store.server";
import { startLeaseSweep } from "../assignment/sweep.server";
import { repeat } from "../background/repeat.server";
import { registerWork, startRunner, stopRunner, type Work } from "../background/runner.server";
import { pruneImports } from "../import/prune.server";
import { importWork } from "../import/run.server";
import { sweepJobs } from "../jobs/claim.server";
import { honourLeases, noticeOutage } from "../jobs/lease.server";
import { ensureLocalToken } from "../workers/local-token.server";
import { pruneReleases, releaseWork } from "../releases/work.server";

/** What every web process does beside answering requests. Each part takes turns with its twins in other processes. */
type Background = { stop: () => Promise<void> };

/** The kinds of background work, in no order. */
const WORKS: Work[] = [importWork, releaseWork];

const JOB_SWEEP_MS = 5000;
const TOKEN_MS = 2000;
const PRUNE_MS = 3_600_000;

export async function startBackground(): Promise<Background> {
  WORKS.forEach(registerWork);
  startRunner();
  honourLeases();
  const parts: Background[] = [
    { stop: stopRunner },
    startLeaseSweep(),
    repeat("job sweep", JOB_SWEEP_MS, async () => {
      await noticeOutage();
      await sweepJobs();
    }),
    repeat("artifact pruning", PRUNE_MS, pruneArtifacts),
    repeat("import pruning", PRUNE_MS, pruneImports),
    repeat("release pruning", PRUNE_MS, pruneReleases),
    repeat("local worker token", TOKEN_MS, ensureLocalToken),
  ];
  return {
    stop: async () => {
      await Promise.allSettled(parts.map((part) => part.stop()));
    },
  };
}
