import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { Badge, StatusBadge } from "~/ui/badge";
import { bytes, count } from "~/ui/number";
import { EmptyState } from "~/ui/page";
import { Progress } from "~/ui/progress";
import { DataTable, type ListState } from "~/ui/table";
import { RelativeTime } from "~/ui/time";
import type { ShownImport } from "./queries.server";

const number = (value: number) => <span className="tabular-nums">{count(value)}</span>;

const columns: ColumnDef<ShownImport>[] = [
  {
    id: "file",
    header: "File",
    enableSorting: false,
    cell: ({ row: { original: run } }) => (
      <div className="min-w-44">
        <Link to={`/admin/imports/${run.id}`} className="font-medium break-all text-accent-text hover:underline">
          {run.fileName}
        </Link>
        <p className="text-[0.8125rem] text-muted">
          {bytes(run.bytesTotal)} into {run.pool.name}
        </p>
      </div>
    ),
  },
  {
    id: "status",
    header: "State",
    enableSorting: false,
    cell: ({ row: { original: run } }) =>
      run.status === "running" ? (
        <div className="w-40">
          <Progress value={shareDone(run)} label={`Import of ${run.fileName}`} />
        </div>
      ) : run.undoneAt ? (
        <Badge tone="warn">Undone</Badge>
      ) : (
        <StatusBadge status={run.status} />
      ),
  },
  { id: "rows", header: "Rows", enableSorting: false, cell: ({ row }) => number(row.original.rows) },
  { id: "comparisons", header: "Comparisons added", enableSorting: false, cell: ({ row }) => number(row.original.comparisonsAdded) },
  { id: "votes", header: "Votes added", enableSorting: false, cell: ({ row }) => number(row.original.votesAdded) },
  {
    id: "bad",
    header: "Bad rows",
    enableSorting: false,
    cell: ({ row: { original: run } }) => (
      <span className={run.badRows > 0 ? "text-danger tabular-nums" : "tabular-nums"}>{count(run.badRows)}</span>
    ),
  },
  { id: "createdAt", header: "Begun", cell: ({ row }) => <RelativeTime at={row.original.createdAt} /> },
];

export const shareDone = (run: { bytesDone: number; bytesTotal: number }) => (run.bytesTotal === 0 ? 0 : run.bytesDone / run.bytesTotal);

type Props = { result: { rows: ShownImport[]; rowCount: number }; state: ListState };

export function ImportTable({ result, state }: Props) {
  return (
    <DataTable
      label="Imports"
      columns={columns}
      result={result}
      state={state}
      empty={
        <EmptyState title="No imports">
          A file of prompts, responses or votes, imported here or on the command line, is listed here.
        </EmptyState>
      }
    />
  );
}
