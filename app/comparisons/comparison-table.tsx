import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { Flag } from "lucide-react";
import { Badge } from "../ui/badge";
import { count, plural } from "../ui/number";
import { RelativeTime } from "../ui/time";

export type ComparisonRow = {
  id: string;
  round: number;
  gold: boolean;
  votesRequired: number;
  done: number;
  leased: number;
  openFlags: number;
  archivedAt: Date | null;
  createdAt: Date;
  pool: { id: string; name: string; language: string };
  prompt: { id: string; excerpt: string };
  responseA: { modelName: string };
  responseB: { modelName: string };
};

export const comparisonColumns: ColumnDef<ComparisonRow>[] = [
  { id: "prompt", header: "Prompt", enableSorting: false, cell: ({ row }) => <PromptCell row={row.original} /> },
  {
    id: "pool",
    header: "Pool",
    enableSorting: false,
    cell: ({ row }) => (
      <Link to={`/admin/pools/${row.original.pool.id}`} className="whitespace-nowrap text-muted hover:text-ink hover:underline">
        {row.original.pool.name}
      </Link>
    ),
  },
  {
    id: "models",
    header: "Models",
    enableSorting: false,
    cell: ({ row: { original } }) => (
      <div className="max-w-48 text-[0.8125rem] text-muted">
        <div className="truncate">
          <span className="font-semibold text-side-a">A</span> {original.responseA.modelName}
        </div>
        <div className="truncate">
          <span className="font-semibold text-side-b">B</span> {original.responseB.modelName}
        </div>
      </div>
    ),
  },
  { id: "votes", header: "Votes", enableSorting: false, cell: ({ row }) => <VotesCell row={row.original} /> },
  { id: "round", header: "Round", cell: ({ row }) => <span className="tabular-nums">{count(row.original.round)}</span> },
  {
    id: "created",
    header: "Added",
    cell: ({ row }) => (
      <span className="text-muted">
        <RelativeTime at={row.original.createdAt} />
      </span>
    ),
  },
];

function PromptCell({ row }: { row: ComparisonRow }) {
  return (
    <div className="min-w-64">
      <Link
        to={`/admin/comparisons/${row.id}`}
        className="line-clamp-2 font-medium break-words hover:underline"
        lang={row.pool.language}
        dir="auto"
      >
        {row.prompt.excerpt || "(empty)"}
      </Link>
      <div className="mt-1 flex flex-wrap gap-1.5 empty:hidden">
        {row.gold && <Badge title="The right answer is known; it checks attention">Gold</Badge>}
        {row.openFlags > 0 && (
          <Badge tone="danger">
            <Flag size={11} aria-hidden /> {plural(row.openFlags, "flag")}
          </Badge>
        )}
        {row.archivedAt && <Badge tone="warn">Archived</Badge>}
      </div>
    </div>
  );
}

function VotesCell({ row }: { row: ComparisonRow }) {
  const complete = row.done >= row.votesRequired;
  return (
    <div className="whitespace-nowrap">
      <span className={complete ? "font-medium text-ok tabular-nums" : "tabular-nums"}>
        {row.done} of {row.votesRequired}
      </span>
      {row.leased > 0 && <div className="text-[0.8125rem] text-muted">{row.leased} being graded</div>}
    </div>
  );
}
