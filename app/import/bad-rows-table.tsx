import { LinkButton } from "~/ui/button";
import { count } from "~/ui/number";
import { Card } from "~/ui/page";
import type { BadRowLine } from "./bad-rows.server";

type Props = { id: string; rows: BadRowLine[]; total: number; page: number; perPage: number; unit: string };

/** The rows that were not taken in, with where, what and why. */
export function BadRowsTable({ id, rows, total, page, perPage, unit }: Props) {
  return (
    <Card
      title={`Bad rows (${count(total)})`}
      flush
      actions={
        <LinkButton size="small" to={`/admin/imports/${id}/bad-rows`} reloadDocument download>
          Download as JSONL
        </LinkButton>
      }
    >
      <div role="region" aria-label="Bad rows" tabIndex={0} className="overflow-x-auto">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-b border-line text-left text-[0.8125rem] text-muted">
              {[unit, "Field", "What is wrong", "What stood there"].map((title) => (
                <th key={title} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, line, field, reason, source }) => (
              <tr key={row} className="border-b border-line align-top last:border-0">
                <td className="px-4 py-2 tabular-nums">{count(line)}</td>
                <td className="px-4 py-2 font-mono text-[0.8125rem]">{field || "–"}</td>
                <td className="min-w-64 px-4 py-2">{reason}</td>
                <td className="max-w-80 px-4 py-2">
                  <code className="line-clamp-2 text-[0.8125rem] break-all text-muted">{source?.slice(0, 300) ?? "–"}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > perPage && <Pager {...{ total, page, perPage, shown: rows.length }} />}
    </Card>
  );
}

function Pager({ total, page, perPage, shown }: { total: number; page: number; perPage: number; shown: number }) {
  const first = (page - 1) * perPage + 1;
  return (
    <nav
      aria-label="Pages of bad rows"
      className="flex items-center justify-between border-t border-line px-4 py-2 text-[0.8125rem] text-muted"
    >
      <span>
        {count(first)}–{count(first + shown - 1)} of {count(total)}
      </span>
      <span className="flex gap-2">
        {page > 1 && (
          <LinkButton size="small" to={`?page=${page - 1}`} preventScrollReset>
            Previous
          </LinkButton>
        )}
        {page * perPage < total && (
          <LinkButton size="small" to={`?page=${page + 1}`} preventScrollReset>
            Next
          </LinkButton>
        )}
      </span>
    </nav>
  );
}
