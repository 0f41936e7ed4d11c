import { Card } from "../ui/page";
import { count, plural } from "../ui/number";
import { STRENGTH_LABELS, type Strength } from "../votes/strength";
import { Bars } from "./bars";
import type { Preview } from "./queries.server";
import { LEFT_OUT, SPLITS, type LeftOut } from "./schema";

export type PreviewAnswer = { preview: Preview } | { error: string };

/** What the form would make, counted on the votes of now. */
export function PreviewPanel({ answer, counting }: { answer: PreviewAnswer | undefined; counting: boolean }) {
  return (
    <Card title="What this makes">
      <div aria-live="polite" aria-busy={counting}>
        {!answer && <p className="text-sm text-muted">Counting …</p>}
        {answer && "error" in answer && <p className="text-sm text-danger">{answer.error}</p>}
        {answer && "preview" in answer && <Counts preview={answer.preview} />}
      </div>
    </Card>
  );
}

function Counts({ preview }: { preview: Preview }) {
  const { rows, ties, prompts, edited, splits, strengths } = preview;
  const splitBars = SPLITS.map((split) => ({ label: split, value: splits[split] ?? 0 }));
  const levels = Object.entries(STRENGTH_LABELS).map(([level, label]) => ({ label, value: strengths[level as Strength] ?? 0 }));
  if (strengths.unstated) levels.push({ label: "None stated", value: strengths.unstated });
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm">
        <strong className="text-2xl font-semibold tabular-nums">{count(rows)}</strong> {rows === 1 ? "row" : "rows"} of{" "}
        {plural(prompts, "prompt")}, {count(edited)} with an edit
      </p>
      {ties > 0 && <p className="text-sm">{plural(ties, "row")} on which neither response is better, in ties.jsonl</p>}
      {rows > 0 && <Bars label="Rows per split" bars={splitBars} total={rows} />}
      {preview.emptySplits && <p className="text-sm text-warn">{preview.emptySplits}</p>}
      {rows > 0 && <Bars label="Rows per strength" bars={levels} total={rows} />}
      <Funnel {...preview} />
    </div>
  );
}

function Funnel({ votes, leftOutVotes, leftOutRows }: Pick<Preview, "votes" | "leftOutVotes" | "leftOutRows">) {
  const list = (counts: Partial<Record<LeftOut, number>>, what: string) =>
    (Object.keys(LEFT_OUT) as LeftOut[])
      .filter((reason) => counts[reason])
      .map((reason) => ({ reason, text: `${what}: ${LEFT_OUT[reason]}`, number: counts[reason] ?? 0 }));
  const steps = [...list(leftOutVotes, "Votes"), ...list(leftOutRows, "Rows")];
  return (
    <div className="border-t border-line pt-3 text-[0.8125rem]">
      <p className="text-muted">Of {plural(votes, "vote")} in these pools, left out by the first reason that holds:</p>
      {steps.length === 0 && <p className="mt-1">Nothing.</p>}
      <ul className="mt-1 flex flex-col gap-1">
        {steps.map(({ reason, text, number }) => (
          <li key={reason} className="flex justify-between gap-3">
            <span>{text}</span>
            <span className="tabular-nums">{count(number)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
