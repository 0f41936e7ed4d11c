import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { plural } from "~/ui/number";
import { Card } from "~/ui/page";
import { readingInWords, warnedInWords } from "./added";
import type { Preview, PreviewBadRow, PreviewRow } from "./preview.server";
import type { PreviewState } from "./use-preview";

/** What the chosen file would become. */
export function PreviewCard({ state, onCount }: { state: PreviewState; onCount: () => void }) {
  const count = (
    <Button size="small" onClick={onCount}>
      Count all rows
    </Button>
  );
  return (
    <Card title="Preview" flush actions={"preview" in state ? <Badge>{state.preview.format}</Badge> : undefined}>
      <div role="status" className="px-4 text-sm">
        {"busy" in state && <p className="py-4 text-muted">Reading…</p>}
        {"large" in state && (
          <div className="flex flex-wrap items-center gap-3 py-4 text-muted">
            A file of this size is not read before it is imported, unless you ask for it. {count}
          </div>
        )}
        {"error" in state && <p className="py-4 font-medium text-danger">{state.error}</p>}
        {"preview" in state && (
          <>
            <Summary preview={state.preview} />
            {state.counting && <p className="pb-3 text-muted">Counting all rows…</p>}
            {state.countable && <p className="pb-3">{count}</p>}
            <Rows preview={state.preview} />
          </>
        )}
      </div>
    </Card>
  );
}

function Summary({ preview }: { preview: Preview }) {
  const { counts, problem, shapes, warned, warnings } = preview;
  return (
    <div className="flex flex-col gap-1 py-3">
      {shapes.length > 0 && <p className="font-medium">{readingInWords(shapes)}</p>}
      {counts && (
        <p className="tabular-nums">
          {counts.atLeast && "At least "}
          {plural(counts.rows, "row")}, of which {counts.bad === 0 ? "none is bad" : `${plural(counts.bad, "problem")} would be reported`}:{" "}
          {plural(counts.prompts, "prompt")}, {plural(counts.responses, "response")}, {plural(counts.comparisons, "comparison")},{" "}
          {plural(counts.votes, "vote")}. What the pool has already is not added again.
        </p>
      )}
      {warned > 0 && (
        <div className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          <p className="font-medium">{warnedInWords(warned)}</p>
          {warnings.map(({ line, warning }) => (
            <p key={line}>
              Line {line}: {warning}
            </p>
          ))}
        </div>
      )}
      {problem !== undefined && <p className="font-medium text-danger">{problem}</p>}
    </div>
  );
}

function Rows({ preview: { rows, bad } }: { preview: Preview }) {
  return (
    <>
      <ol className="divide-y divide-line border-t border-line">
        {rows.map((row) => (
          <li key={row.line} className="py-3">
            {"reason" in row ? <BadRow row={row} /> : <GoodRow row={row} />}
          </li>
        ))}
      </ol>
      {bad.length > 0 && (
        <>
          <h3 className="border-t border-line pt-3 font-medium">First bad rows after these</h3>
          <ol className="pb-3">
            {bad.map((row) => (
              <li key={`${row.line} ${row.field}`} className="pt-1.5">
                <BadRow row={row} />
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function BadRow({ row }: { row: PreviewBadRow }) {
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
