import type { Usage } from "../background/child";
import { runInChild } from "../background/child.server";
import type { ReleaseProgramJob } from "./child";
import type { WriteContext } from "./write.server";

/**
 * Nearly everything that a release allocates is dead within a row: a small nursery is emptied often, and stays in the
 * processor's cache. With the default, garbage of the size of the rest of the process waits to be collected.
 */
const NODE = ["--max-semi-space-size=4"];

/** Makes a release in a process of its own. Throws as makeAndPublish does, and UserError when the process died. */
export async function makeInChild(job: ReleaseProgramJob, { signal, progress }: WriteContext): Promise<Usage> {
  const program = { file: "app/releases/child.ts", subject: job.run.id, node: NODE, died };
  // The columns are those that makeAndPublish reports.
  const report = progress as (columns: Record<string, number>) => void;
  return (await runInChild<undefined>(program, job, { signal, progress: report })).usage;
}

const died = (how: string) =>
  `The process that made this release ended in the middle (${how}); the machine may have run out of memory. Nothing of the release was kept. Make it again.`;
