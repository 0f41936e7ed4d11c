import { Link } from "@remix-run/react";
import { SideMark } from "../comparisons/side-mark";
import { AgreementFigure } from "../quality/agreement-figure";
import { count, percent } from "../ui/number";
import { Card, EmptyState, Facts } from "../ui/page";
import { Progress } from "../ui/progress";
import { RelativeTime, duration } from "../ui/time";
import { STRENGTHS, STRENGTH_LABELS, TIE_LABELS } from "../votes/strength";
import { LeftRate, Share } from "./people-table";
import type { PersonDetail } from "./queries.server";

export function PersonFacts({ figures, agreement }: Pick<PersonDetail, "figures" | "agreement">) {
  return (
    <Facts
      items={[
        { label: "Votes", value: count(figures.votes) },
        { label: "Median time", value: figures.medianMs === null ? "–" : duration(figures.medianMs) },
        {
          label: "Chose left",
          value: <LeftRate {...figures.left} />,
          hint: "Sides are shuffled: about half is what to expect. Imported votes are not in it: nobody here saw their sides",
        },
        { label: "Gold right", value: <Share part={figures.gold.right} of={figures.gold.of} /> },
        {
          label: "Agreement",
          value: agreement ? <AgreementFigure {...agreement} /> : "–",
          hint: "How often another vote on the same comparison gives the same answer as theirs: A, B, or neither. Each of their comparisons that others voted on weighs the same",
        },
        { label: "Edited", value: percent(figures.edited, figures.votes) },
        { label: "Skips", value: count(figures.skips) },
        { label: "Flags", value: count(figures.flags) },
      ]}
    />
  );
}

/** How often each strength was used; somebody who uses only one tells little. */
export function StrengthsCard({ strengths }: Pick<PersonDetail, "strengths">) {
  const total = strengths.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return null;
  const of = (strength: string | null) => strengths.find((row) => row.strength === strength)?.n ?? 0;
  return (
    <Card title="Strengths used">
      <ul className="flex flex-col gap-2.5 text-sm">
        {STRENGTHS.map((strength) => (
          <li key={strength}>
            <div className="mb-0.5 flex justify-between">
              <span>{STRENGTH_LABELS[strength]}</span>
              <span className="text-muted tabular-nums">{count(of(strength))}</span>
            </div>
            <Progress value={of(strength) / total} label={STRENGTH_LABELS[strength]} />
          </li>
        ))}
        {of(null) > 0 && <li className="text-muted">{count(of(null))} imported without a strength</li>}
      </ul>
    </Card>
  );
}

export function RecentVotesCard({ votes }: Pick<PersonDetail, "votes">) {
  return (
    <Card title="Latest votes" flush>
      {votes.length === 0 && <EmptyState title="No votes yet" />}
      <ul className="divide-y divide-line text-sm">
        {votes.map(({ id, comparison, current, status, updatedAt }) => (
          <li key={id}>
            <Link to={`/admin/comparisons/${comparison.id}`} className="flex items-center gap-3 px-4 py-2.5 hover:bg-raised/50">
              {current?.side === null || !current ? (
                <span className="w-5 text-center text-muted">–</span>
              ) : (
                <SideMark side={current.side} />
              )}
              <span className="min-w-0 flex-1">
                <span className="block truncate" lang={comparison.pool.language} dir="auto">
                  {comparison.prompt.excerpt}
                </span>
                <span className="text-[0.8125rem] text-muted">{saidOf(comparison.pool.name, status, current)}</span>
              </span>
              <span className="text-[0.8125rem] text-muted">
                <RelativeTime at={updatedAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

type Recent = PersonDetail["votes"][number];

const saidOf = (pool: string, status: Recent["status"], current: Recent["current"]) =>
  [
    pool,
    current?.tie && TIE_LABELS[current.tie].toLowerCase(),
    current?.strength && STRENGTH_LABELS[current.strength].toLowerCase(),
    current?.unblinded && "not blind",
    current?.editId && "edited",
    typeof current?.activeMs === "number" && duration(current.activeMs),
    current?.kind === "import" && "imported",
    status !== "counted" && status,
  ]
    .filter(Boolean)
    .join(" · ");
