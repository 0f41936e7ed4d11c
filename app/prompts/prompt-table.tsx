import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { Badge } from "../ui/badge";
import { count } from "../ui/number";
import { RelativeTime } from "../ui/time";
import { MOST_COUNTED_IN_LIST } from "./list";

export type PromptRow = {
  id: string;
  externalId: string | null;
  excerpt: string;
  turns: number;
  archivedAt: Date | null;
  createdAt: Date;
  pool: { id: string; name: string; language: string };
  responses: number;
  comparisons: number;
};

const listed = (n: number) => (n < MOST_COUNTED_IN_LIST ? count(n) : `${count(MOST_COUNTED_IN_LIST)}+`);

export const promptColumns: ColumnDef<PromptRow>[] = [
  {
    id: "excerpt",
    header: "Prompt",
    enableSorting: false,
    cell: ({ row: { original: prompt } }) => (
      <div className="min-w-64">
        <Link
          to={`/admin/prompts/${prompt.id}`}
          className="line-clamp-2 font-medium break-words hover:underline"
          lang={prompt.pool.language}
          dir="auto"
        >
          {prompt.excerpt || "(empty)"}
        </Link>
        <div className="mt-0.5 flex items-center gap-2 text-[0.8125rem] text-muted">
          {prompt.externalId && <span className="truncate font-mono text-xs">{prompt.externalId}</span>}
          {prompt.archivedAt && <Badge tone="warn">Archived</Badge>}
        </div>
      </div>
    ),
  },
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
  { id: "turns", header: "Turns", cell: ({ row }) => <span className="tabular-nums">{count(row.original.turns)}</span> },
  {
    id: "responses",
    header: "Responses",
    enableSorting: false,
    cell: ({ row }) => <span className="tabular-nums">{listed(row.original.responses)}</span>,
  },
  {
    id: "comparisons",
    header: "Comparisons",
    enableSorting: false,
    cell: ({ row }) => <span className="tabular-nums">{listed(row.original.comparisons)}</span>,
  },
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
