import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { RelativeTime } from "../ui/time";
import type { AuditRow } from "./queries.server";
import { sentence, subjectPage } from "./sentences";

export const auditColumns: ColumnDef<AuditRow>[] = [
  { id: "what", header: "What happened", enableSorting: false, cell: ({ row }) => <What entry={row.original} /> },
  {
    id: "subject",
    header: "Subject",
    enableSorting: false,
    cell: ({ row: { original: entry } }) => {
      const page = subjectPage(entry);
      return page ? (
        <Link to={page} className="whitespace-nowrap text-accent-text hover:underline">
          {entry.subjectType}
        </Link>
      ) : (
        <span className="whitespace-nowrap text-muted">{entry.subjectType}</span>
      );
    },
  },
  {
    id: "at",
    header: "When",
    cell: ({ row }) => (
      <span className="text-muted">
        <RelativeTime at={row.original.at} />
      </span>
    ),
  },
];

const KINDS: Record<string, string> = { system: "The system", "command line": "Somebody at the command line" };

function What({ entry }: { entry: AuditRow }) {
  const detail = JSON.stringify(entry.detail, null, 2);
  const name = entry.actorName ?? KINDS[entry.actorKind] ?? "Somebody";
  return (
    <div className="min-w-64">
      {entry.actorId ? (
        <Link to={`/admin/people/${entry.actorId}`} className="font-medium hover:underline">
          {name}
        </Link>
      ) : (
        <span className="font-medium">{name}</span>
      )}{" "}
      {entry.actorKind === "token" && <span className="text-muted">by token </span>}
      {sentence(entry)}
      {detail !== "{}" && (
        <details className="mt-0.5">
          <summary className="min-h-6 w-fit rounded text-[0.8125rem] text-muted hover:text-ink">{entry.action}</summary>
          <pre className="mt-1 overflow-x-auto rounded-md bg-canvas p-2 font-mono text-xs whitespace-pre-wrap">{detail}</pre>
        </details>
      )}
    </div>
  );
}
