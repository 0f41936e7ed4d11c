import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { Badge } from "~/ui/badge";
import { bytes } from "~/ui/number";
import { RelativeTime } from "~/ui/time";
import { heldOut } from "./figures";
import type { ModelRow } from "./queries.server";

export const TASKS: Record<string, string> = { causal: "Writes text", reward: "Scores responses" };
const link = "text-accent-text underline-offset-2 hover:underline";

export const modelColumns: ColumnDef<ModelRow>[] = [
  {
    id: "name",
    header: "Name",
    cell: ({ row: { original: model } }) => (
      <Link to={`/admin/models/${model.id}`} className={`inline-block min-w-40 font-medium ${link}`}>
        {model.name}
      </Link>
    ),
  },
  {
    id: "task",
    header: "Task",
    enableSorting: false,
    cell: ({ row }) => <span className="whitespace-nowrap">{TASKS[row.original.task]}</span>,
  },
  { id: "from", header: "From", enableSorting: false, cell: ({ row }) => <Origin model={row.original} /> },
  {
    id: "metrics",
    header: "Held out",
    enableSorting: false,
    cell: ({ row }) => <span className="whitespace-nowrap">{heldOut(row.original.metrics)}</span>,
  },
  { id: "sizeBytes", header: "Size", cell: ({ row }) => (row.original.sizeBytes === null ? "–" : bytes(row.original.sizeBytes)) },
  { id: "served", header: "Served by", enableSorting: false, cell: ({ row }) => <ServedBy model={row.original} /> },
  { id: "createdAt", header: "Added", cell: ({ row }) => <RelativeTime at={row.original.createdAt} /> },
];

function Origin({ model }: { model: ModelRow }) {
  if (model.job)
    return (
      <>
        <Link to={`/admin/jobs/${model.job.id}`} className={link}>
          Job {model.job.number}
        </Link>
        {model.job.release && <div className="text-[0.8125rem] text-muted">release {model.job.release.number}</div>}
      </>
    );
  return <span className="inline-block min-w-44 break-all text-muted">{model.baseUrl ?? model.path}</span>;
}

function ServedBy({ model }: { model: ModelRow }) {
  if (model.kind === "endpoint") return "Its endpoint";
  if (model.servedBy.length === 0) return <span className="text-muted">Nobody</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {model.servedBy.map(({ name, state }) => (
        <Badge key={name} tone={state === "serving" ? "ok" : "warn"}>
          {name}
        </Badge>
      ))}
    </span>
  );
}
