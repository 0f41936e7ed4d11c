import { serveParent } from "../background/child";
import { previewFile, type PreviewJob } from "./preview.server";
import { importSource, type SourceJob } from "./source.server";

/** The program that imports one file, or says what would come of it; started by child.server.ts. */
export type ProgramJob = { import: SourceJob } | { preview: PreviewJob };

serveParent(async (job: ProgramJob, context) =>
  "import" in job ? await importSource(job.import, context) : await previewFile(job.preview, context),
);
