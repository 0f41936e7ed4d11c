import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { ABOUT } from "~/contract/recipes";
import { LinkButton } from "~/ui/button";
import { bytes } from "~/ui/number";
import { Card, Facts } from "~/ui/page";
import { duration, RelativeTime } from "~/ui/time";
import type { findJob } from "./queries.server";
import { inFormWords, settingText } from "./setting-words";

type Job = Awaited<ReturnType<typeof findJob>>;
const link = "text-accent-text underline-offset-2 hover:underline";

const linked = (row: { id: string; name: string } | null, folder: string): ReactNode =>
  row ? (
    <Link className={link} to={`/admin/${folder}/${row.id}`}>
      {row.name}
    </Link>
  ) : (
    "–"
  );

export function JobFacts({ job }: { job: Job }) {
  const release = job.release && { id: String(job.release.number), name: String(job.release.number) };
  return (
    <>
      <Facts
        items={[
          { label: "Release", value: linked(release, "releases") },
          { label: "Starts from", value: linked(job.baseModel, "models") },
          ...(ABOUT[job.type].makesModel ? [{ label: "Model it made", value: linked(job.made, "models") }] : []),
          {
            label: "Attempt",
            value: `${job.attempts} of ${job.maxAttempts}`,
            hint: "A worker that dies, or a fault that may pass, costs one",
          },
          { label: "Took", value: took(job) },
        ]}
      />
      <History job={job} />
    </>
  );
}

/** Who ordered the job, where it runs, and what it tries again. */
function History({ job }: { job: Job }) {
  const relatives = [
    ...(job.retryOf ? [{ ...job.retryOf, words: "A retry of" }] : []),
    ...job.retries.toReversed().map((retry) => ({ ...retry, words: "Tried again as" })),
  ];
  return (
    <p className="text-sm text-muted">
      Ordered by {job.createdBy?.name ?? "the command line"} <RelativeTime at={job.createdAt} />
      {job.worker && `, on ${job.worker.name}`}.
      {relatives.map((other) => (
        <span key={other.id}>
          {` ${other.words} `}
          <Link className={link} to={`/admin/jobs/${other.id}`}>
            job {other.number}
          </Link>
          .
        </span>
      ))}
    </p>
  );
}

function took(job: Job): string {
  if (!job.startedAt || !job.finishedAt) return "–";
  return duration(new Date(job.finishedAt).getTime() - new Date(job.startedAt).getTime());
}

/** Why the last attempt failed, and what to do. It stays while another attempt runs. */
export function JobFailure({ job }: { job: Pick<Job, "error" | "status" | "type"> }) {
  if (!job.error) return null;
  const again = job.status === "queued" || job.status === "running";
  return (
    <div role="alert" className="rounded-lg border border-danger/40 bg-danger-soft p-4 text-sm">
      <p className="font-semibold text-danger">
        {again ? "The last attempt failed" : "Failed"} ({job.error.phase})
      </p>
      <p className="mt-1 break-words whitespace-pre-wrap text-ink">{inFormWords(job.type, job.error.message)}</p>
      {job.error.hint && <p className="mt-2 text-ink">{job.error.hint}</p>}
    </div>
  );
}

export function JobFiles({ jobId, files }: { jobId: string; files: Job["files"] }) {
  if (files.length === 0) return null;
  return (
    <Card title="Files">
      <ul className="flex flex-wrap gap-2">
        {files.map((file) => (
          <li key={file.path}>
            <LinkButton size="small" reloadDocument to={`/admin/jobs/${jobId}/files/${file.path}`}>
              {file.path} <span className="text-muted">{bytes(file.sizeBytes)}</span>
            </LinkButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function JobSettings({ params }: { params: Record<string, unknown> }) {
  const entries = Object.entries(params).sort(([a], [b]) => a.localeCompare(b));
  return (
    <details className="rounded-lg border border-line bg-surface">
      <summary className="px-4 py-2.5 text-sm font-semibold">Settings</summary>
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-x-8 gap-y-1.5 border-t border-line p-4 text-sm">
        {entries.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right break-all">{settingText(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
