import type { Readable } from "node:stream";
import { runInChild, type Program } from "../background/child.server";
import type { ProgramJob } from "./child";
import { discard, receiveFile } from "./files.server";
import type { Preview, PreviewJob } from "./preview.server";
import type { SourceJob } from "./source.server";

/** As a release's: rows are dead once they are written, and a small nursery is emptied often. */
const NODE = ["--max-semi-space-size=4"];
/**
 * What a process may take for its objects, and in all. An import takes a fraction of it however long the file is; a file
 * that needs more is made to, or holds one thing that no import can take.
 */
const LIMITS = { heapMb: 512, memoryMb: 1024 };

const program = (subject: string, died: Program["died"]): Program => ({
  file: "app/import/child.ts",
  subject,
  node: NODE,
  ...LIMITS,
  died,
});

/** Imports the rest of a file in a process of its own. Throws as importSource does, and UserError when the process died. */
export async function importInChild(job: SourceJob, { signal }: { signal: AbortSignal }): Promise<void> {
  const given: ProgramJob = { import: job };
  await runInChild(program(job.run.id, importDied), given, { signal });
}

/** What a file would become. Nothing is kept. Throws as previewFile does, and UserError when the process died. */
export async function previewInChild(job: PreviewJob, signal: AbortSignal): Promise<Preview> {
  const given: ProgramJob = { preview: job };
  return (await runInChild<Preview>(program("preview", previewDied), given, { signal })).done;
}

/** The same of a file, or the beginning of one, that is sent. */
export async function previewImport(stream: Readable, job: Omit<PreviewJob, "path">, signal: AbortSignal): Promise<Preview> {
  const file = await receiveFile(stream, signal);
  try {
    return await previewInChild({ path: file.path, ...job }, signal);
  } finally {
    await discard(file);
  }
}

const CAUSE = "the file may hold a row, or a group of rows, that takes more memory than an import may use, or the machine ran out of it";

const importDied = (how: string) =>
  `The process that did this import ended in the middle (${how}): ${CAUSE}. What is counted below is kept. Split the file or make its rows smaller, or try again.`;
const previewDied = (how: string) => `The process that read this file ended in the middle (${how}): ${CAUSE}.`;
