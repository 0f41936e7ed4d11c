import { Badge } from "../ui/badge";
import { percent } from "../ui/number";
import { Facts } from "../ui/page";
import { RelativeTime, duration } from "../ui/time";
import { STRENGTH_LABELS } from "../votes/strength";
import type { ComparisonDetail } from "./detail.server";
import { SideMark } from "./side-mark";

/** The comparison in figures: how many votes, how much they agree, how long they took. */
export function ComparisonFacts({ comparison }: { comparison: ComparisonDetail }) {
  const { figures, votesRequired, goldSide, goldStrength, round, archivedAt, createdAt } = comparison;
  const { counted, forA, forB, neither, medianMs, agreement } = figures;
  const items = [
    { label: "Votes", value: `${counted} of ${votesRequired}` },
    neither > 0
      ? { label: "A : neither : B", value: `${forA} : ${neither} : ${forB}` }
      : { label: "A : B", value: counted > 0 ? `${forA} : ${forB}` : "–" },
    {
      label: "Agreement",
      value: agreement.share === undefined ? "–" : percent(agreement.share, 1),
      hint: "How often two counted votes give the same answer: A, B, or neither",
    },
    { label: "Median time", value: medianMs === null ? "–" : duration(medianMs) },
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
