import { Badge } from "~/ui/badge";
import { plural } from "~/ui/number";
import { Card } from "~/ui/page";
import type { PreviewRow } from "./preview.server";
import type { PreviewState } from "./use-preview";

/** What the first rows of the chosen file would become. */
export function PreviewCard({ state }: { state: NonNullable<PreviewState> }) {
  return (
    <Card title="First rows" flush actions={"preview" in state ? <Badge>{state.preview.format}</Badge> : undefined}>
      <div role="status" className="px-4 text-sm">
        {"busy" in state && <p className="py-4 text-muted">Reading…</p>}
        {"note" in state && <p className="py-4 text-muted">{state.note}</p>}
        {"error" in state && <p className="py-4 font-medium text-danger">{state.error}</p>}
        {"preview" in state && (
          <ol className="divide-y divide-line">
            {state.preview.rows.map((row) => (
              <li key={row.line} className="py-3">
                {"reason" in row ? <BadRow row={row} /> : <GoodRow row={row} />}
              </li>
            ))}
          </ol>
        )}
      </div>
    </Card>
  );
}

function BadRow({ row }: { row: Extract<PreviewRow, { reason: string }> }) {
  return (
    <p className="text-danger">
      <span className="font-medium">Line {row.line}:</span> {row.field && <code className="font-mono text-[0.8125rem]">{row.field}</code>}{" "}
      {row.reason}
    </p>
  );
}

function GoodRow({ row }: { row: Exclude<PreviewRow, { reason: string }> }) {
  return (
    <>
      <p className="line-clamp-2 font-medium" dir="auto">
        {row.prompt}
      </p>
      <ul className="mt-1 flex flex-col gap-0.5 text-[0.8125rem] text-muted">
        {row.responses.map(({ model, text }, index) => (
          <li key={index} className="line-clamp-1" dir="auto">
            <span className="font-medium">{model}:</span> {text || "(empty)"}
          </li>
        ))}
      </ul>
      <p className="mt-1 text-[0.8125rem] text-faint">
        {plural(row.turns, "turn")} · {plural(row.pairs, "comparison")} · {plural(row.votes, "vote")}
      </p>
    </>
  );
}
