import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { ABOUT } from "~/contract/recipes";
import { StatusBadge } from "~/ui/badge";
import { Progress } from "~/ui/progress";
import { duration, RelativeTime } from "~/ui/time";
import type { JobRow } from "./queries.server";

const link = "text-accent-text underline-offset-2 hover:underline";

export const jobColumns: ColumnDef<JobRow>[] = [
  {
    id: "compare",
    header: () => <span className="sr-only">Compare</span>,
    enableSorting: false,
    cell: ({ row: { original: job } }) =>
      job.type.startsWith("train_") && (
        <input
          type="checkbox"
          form="compare"
          name="job"
          value={job.id}
          aria-label={`Compare job ${job.number}`}
          className="size-4 accent-accent"
        />
      ),
  },
  { id: "number", header: "Job", cell: ({ row }) => row.original.number },
  {
    id: "name",
    header: "Name",
    cell: ({ row: { original: job } }) => (
      <div className="min-w-44">
        <Link to={`/admin/jobs/${job.id}`} className={`font-medium ${link}`}>
          {job.name}
        </Link>
        <div className="text-[0.8125rem] text-muted">{ABOUT[job.type].title}</div>
      </div>
    ),
  },
  { id: "status", header: "State", enableSorting: false, cell: ({ row }) => <State job={row.original} /> },
  {
    id: "release",
    header: "Release",
    enableSorting: false,
    cell: ({ row: { original: job } }) =>
      job.release ? (
        <Link to={`/admin/releases/${job.release.number}`} className={`inline-block min-w-36 ${link}`}>
          {job.release.number}: {job.release.name}
        </Link>
      ) : (
        "–"
      ),
  },
  {
    id: "made",
    header: "Model",
    enableSorting: false,
    cell: ({ row: { original: job } }) =>
      job.made ? (
        <Link to={`/admin/models/${job.made.id}`} className={link}>
          {job.made.name}
        </Link>
      ) : (
        "–"
      ),
  },
  { id: "took", header: "Took", enableSorting: false, cell: ({ row }) => <span className="whitespace-nowrap">{took(row.original)}</span> },
  { id: "created", header: "Ordered", enableSorting: false, cell: ({ row }) => <RelativeTime at={row.original.createdAt} /> },
];

function State({ job }: { job: JobRow }) {
  const running = job.status === "running" || job.status === "cancelling";
  return (
    <div className="w-40">
      <StatusBadge status={job.status} />
      {running && <Progress value={job.progress} label={`Progress of job ${job.number}`} />}
      {running && (
        <div className="text-[0.8125rem] text-muted">{[job.phase, job.worker && `on ${job.worker.name}`].filter(Boolean).join(" ")}</div>
      )}
    </div>
  );
}

function took(job: JobRow): string {
  if (!job.startedAt || !job.finishedAt) return "–";
  return duration(new Date(job.finishedAt).getTime() - new Date(job.startedAt).getTime());
}
