import { Badge } from "../ui/badge";
import { percent } from "../ui/number";
import { Facts } from "../ui/page";
import { RelativeTime, duration } from "../ui/time";
import { STRENGTH_LABELS } from "../votes/strength";
import type { ComparisonDetail } from "./detail.server";
import { SideMark } from "./side-mark";

/** The comparison in figures: how many votes, how much they agree, how long they took. */
export function ComparisonFacts({ comparison }: { comparison: ComparisonDetail }) {
  const { votes, votesRequired, goldSide, goldStrength, round, archivedAt, createdAt } = comparison;
  const valid = votes
    .filter(({ status }) => status === "counted")
    .flatMap(({ revisions }) => revisions.find(({ current }) => current) ?? []);
  const forA = valid.filter(({ side }) => side === 0).length;
  const times = valid.flatMap(({ activeMs }) => activeMs ?? []).sort((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)];
  const items = [
    { label: "Votes", value: `${valid.length} of ${votesRequired}` },
    { label: "A : B", value: valid.length > 0 ? `${forA} : ${valid.length - forA}` : "–" },
    {
      label: "Agreement",
      value: percent(Math.max(forA, valid.length - forA), valid.length),
      hint: "Share of counted votes on the side that most chose",
    },
    { label: "Median time", value: middle === undefined ? "–" : duration(middle) },
    { label: "Round", value: round },
    {
      label: "Added",
      value: (
        <span className="text-sm font-normal whitespace-normal">
          <RelativeTime at={createdAt} />
        </span>
      ),
    },
  ];
  return (
    <>
      {(archivedAt !== null || goldSide !== null) && (
        <p className="-mt-3 mb-4 flex flex-wrap items-center gap-2 text-sm">
          {archivedAt !== null && <Badge tone="warn">Archived</Badge>}
          {goldSide !== null && (
            <>
              <Badge>Gold</Badge> The right answer is <SideMark side={goldSide} />
              {goldStrength && <span className="text-muted">{STRENGTH_LABELS[goldStrength].toLowerCase()}</span>}
            </>
          )}
        </p>
      )}
      <Facts items={items} />
    </>
  );
}
