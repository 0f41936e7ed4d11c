import { Link } from "@remix-run/react";
import type { ColumnDef } from "@tanstack/react-table";
import { wilson } from "../quality/intervals";
import { Badge } from "../ui/badge";
import { count, percent } from "../ui/number";
import { RelativeTime, duration } from "../ui/time";
import type { PersonRow } from "./queries.server";

const number = (value: number) => <span className="tabular-nums">{count(value)}</span>;

export const peopleColumns: ColumnDef<PersonRow>[] = [
  { id: "name", header: "Name", cell: ({ row }) => <NameCell person={row.original} /> },
  { id: "votes", header: "Votes", cell: ({ row }) => number(row.original.figures.votes) },
  {
    id: "medianMs",
    header: "Median time",
    cell: ({ row: { original } }) => (original.figures.medianMs === null ? "–" : duration(original.figures.medianMs)),
  },
  { id: "left", header: "Chose left", cell: ({ row }) => <LeftRate {...row.original.figures.left} /> },
  {
    id: "gold",
    header: "Gold right",
    cell: ({ row }) => <Share part={row.original.figures.gold.right} of={row.original.figures.gold.of} />,
  },
  { id: "edited", header: "Edited", cell: ({ row: { original } }) => percent(original.figures.edited, original.figures.votes) },
  { id: "skips", header: "Skips", cell: ({ row }) => number(row.original.figures.skips) },
  { id: "flags", header: "Flags", cell: ({ row }) => number(row.original.figures.flags) },
  {
    id: "lastVoteAt",
    header: "Last vote",
    cell: ({ row: { original } }) => (
      <span className="text-muted">{original.figures.lastVoteAt ? <RelativeTime at={original.figures.lastVoteAt} /> : "Never"}</span>
    ),
  },
];

function NameCell({ person }: { person: PersonRow }) {
  return (
    <div className="min-w-44">
      <Link to={`/admin/people/${person.id}`} className="font-medium hover:underline">
        {person.name}
      </Link>
      <div className="flex flex-wrap items-center gap-2 text-[0.8125rem] text-muted">
        {person.imported ? "From imported votes" : person.email}
        {person.role !== "annotator" && <Badge tone="accent">{person.role === "admin" ? "Admin" : "Reviewer"}</Badge>}
        {person.deactivatedAt && <Badge tone="warn">Closed</Badge>}
      </div>
    </div>
  );
}

const whole = (share: number) => Math.round(share * 100);

/** Sides are shuffled, so half of the choices should fall on the left; an interval without 50 % says that somebody does not read. */
export function LeftRate({ chosen, of }: { chosen: number; of: number }) {
  const interval = wilson(chosen, of);
  if (!interval) return <>–</>;
  const odd = interval.low > 0.5 || interval.high < 0.5;
  const range = `${whole(interval.low)}–${whole(interval.high)}%`;
  return (
    <span className="whitespace-nowrap tabular-nums" title={`${chosen} of ${of}; 95 % interval ${range}`}>
      <span className={odd ? "font-semibold text-warn" : undefined}>{percent(chosen, of)}</span>{" "}
      <span className="text-[0.8125rem] text-muted">{range}</span>
    </span>
  );
}

/** A share with what it is a share of. */
export function Share({ part, of }: { part: number; of: number }) {
  if (of === 0) return <>–</>;
  return (
    <span className="whitespace-nowrap tabular-nums">
      {percent(part, of)} <span className="text-[0.8125rem] text-muted">of {count(of)}</span>
    </span>
  );
}
