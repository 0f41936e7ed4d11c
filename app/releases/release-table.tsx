import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { StatusBadge } from "../ui/badge";
import { LinkButton } from "../ui/button";
import { EmptyState } from "../ui/page";
import { count } from "../ui/number";
import { Progress } from "../ui/progress";
import { DataTable, type ListResult } from "../ui/table";
import { RelativeTime } from "../ui/time";
import type { ReleaseList } from "./schema";

export type ReleaseEntry = {
  number: number;
  name: string;
  status: string;
  rowsTotal: number;
  rowsDone: number;
  contentHash: string | null;
  createdAt: Date | string;
  createdBy: { name: string } | null;
};

const columns: ColumnDef<ReleaseEntry>[] = [
  { id: "number", header: "No.", cell: ({ row }) => <span className="tabular-nums">{row.original.number}</span> },
  {
    id: "name",
    header: "Name",
    cell: ({ row }) => (
      <Link
        to={`/admin/releases/${row.original.number}`}
        className="inline-block min-w-44 font-medium text-accent-text underline-offset-2 hover:underline"
      >
        {row.original.name}
      </Link>
    ),
  },
  { id: "status", header: "State", enableSorting: false, cell: ({ row }) => <State entry={row.original} /> },
  {
    id: "rowsTotal",
    header: "Rows",
    cell: ({ row }) => <span className="tabular-nums">{row.original.rowsTotal ? count(row.original.rowsTotal) : "–"}</span>,
  },
  {
    id: "hash",
    header: "Content hash",
    enableSorting: false,
    cell: ({ row }) => <code className="text-xs text-muted">{row.original.contentHash?.slice(0, 12) ?? "–"}</code>,
  },
  { id: "by", header: "By", enableSorting: false, cell: ({ row }) => row.original.createdBy?.name ?? "Command line" },
  { id: "createdAt", header: "Made", cell: ({ row }) => <RelativeTime at={row.original.createdAt} /> },
];

function State({ entry: { status, rowsDone, rowsTotal, number } }: { entry: ReleaseEntry }) {
  if (status !== "running") return <StatusBadge status={status} />;
  return (
    <div className="w-40">
      <Progress label={`Release ${number}`} value={rowsTotal > 0 ? rowsDone / rowsTotal : undefined} />
    </div>
  );
}

export function ReleaseTable({ result, state, mayMake }: { result: ListResult<ReleaseEntry>; state: ReleaseList; mayMake: boolean }) {
  const empty =
    state.archived === "yes" ? (
      <EmptyState title="Nothing is archived">Archiving takes a release out of the list; its files stay.</EmptyState>
    ) : (
      <EmptyState
        title="No release yet"
        action={
          mayMake && (
            <LinkButton tone="primary" to="/admin/releases/new">
              Make the first one
            </LinkButton>
          )
        }
      >
        A release turns votes into files that trainers read as they are: edited &gt; chosen &gt; rejected, split by prompt, with a dataset
        card and hashes.
      </EmptyState>
    );
  return <DataTable label="Releases" columns={columns} result={result} state={state} empty={empty} />;
}
