import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { Badge } from "~/ui/badge";
import { count } from "~/ui/number";
import { Progress } from "~/ui/progress";
import { RelativeTime } from "~/ui/time";
import type { PoolProgress } from "./progress.server";

export type PoolRow = {
  id: string;
  name: string;
  description: string;
  capability: string;
  language: string;
  votesPerComparison: number;
  priority: number;
  archivedAt: Date | null;
  createdAt: Date;
  progress: PoolProgress;
};

export const poolColumns: ColumnDef<PoolRow>[] = [
  {
    id: "name",
    header: "Pool",
    cell: ({ row: { original: pool } }) => (
      <div className="min-w-44">
        <Link to={`/admin/pools/${pool.id}`} className="font-medium text-accent-text hover:underline">
          {pool.name}
        </Link>{" "}
        {pool.archivedAt && <Badge tone="warn">Archived</Badge>}
        {pool.description && <p className="line-clamp-1 text-[0.8125rem] text-muted">{pool.description}</p>}
      </div>
    ),
  },
  {
    id: "tags",
    header: "About",
    enableSorting: false,
    cell: ({ row: { original: pool } }) => (
      <span className="flex gap-1">
        <Badge>{pool.capability}</Badge>
        <Badge>{pool.language}</Badge>
      </span>
    ),
  },
  {
    id: "progress",
    header: "Votes",
    enableSorting: false,
    cell: ({ row: { original: pool } }) => (
      <div className="w-44">
        <VotesProgress name={pool.name} progress={pool.progress} />
      </div>
    ),
  },
  {
    id: "comparisons",
    header: "Comparisons",
    enableSorting: false,
    cell: ({ row: { original: pool } }) => <span className="tabular-nums">{count(pool.progress.comparisons)}</span>,
  },
  { id: "priority", header: "Priority", cell: ({ row }) => <span className="tabular-nums">{row.original.priority}</span> },
  { id: "createdAt", header: "Made", cell: ({ row }) => <RelativeTime at={row.original.createdAt} /> },
];

/** How many of the votes that a pool asks for are there. */
export function VotesProgress({ name, progress }: { name: string; progress: PoolProgress }) {
  if (progress.wanted === 0) return <span className="text-muted">none asked for</span>;
  return (
    <div className="min-w-36">
      <Progress value={progress.done / progress.wanted} label={`Votes in ${name}`} />
      <span className="text-xs text-muted tabular-nums">
        {count(progress.done)} of {count(progress.wanted)}
      </span>
    </div>
  );
}
