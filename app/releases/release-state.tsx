import { AGREEMENT_MEANS } from "../quality/agreement";
import { AgreementFigure } from "../quality/agreement-figure";
import { Badge, StatusBadge } from "../ui/badge";
import { count, percent, plural } from "../ui/number";
import { Card, Facts } from "../ui/page";
import { Progress, ProgressNote } from "../ui/progress";
import { TimeLeft } from "../ui/time-left-words";
import { RelativeTime } from "../ui/time";
import type { Manifest } from "./manifest";

type Props = {
  release: {
    status: string;
    error: string | null;
    rowsTotal: number;
    rowsDone: number;
    createdAt: Date | string;
    archivedAt: Date | string | null;
    cancelRequestedAt: Date | string | null;
    createdBy: { name: string } | null;
    manifest: Manifest | null;
  };
};

/** Where a release stands: its progress, why it failed, or its head figures. */
export function ReleaseState({ release }: Props) {
  const { status, manifest, archivedAt } = release;
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
        <StatusBadge status={status === "running" && release.cancelRequestedAt ? "cancelling" : status} />
        {archivedAt && <Badge tone="warn">Archived</Badge>}
        <span>
          Ordered <RelativeTime at={release.createdAt} /> by {release.createdBy?.name ?? "the command line"}
        </span>
      </p>
      {status === "done" && manifest ? <Head manifest={manifest} /> : <Unfinished release={release} />}
    </>
  );
}

function Unfinished({ release: { status, error, rowsDone, rowsTotal, cancelRequestedAt } }: Props) {
  if (status === "failed")
    return (
      <Card title="It could not be made">
        <p className="text-sm whitespace-pre-line">{error}</p>
        <p className="mt-2 text-sm text-muted">No file of it was kept, and no vote was touched.</p>
      </Card>
    );
  if (status === "cancelled")
    return (
      <Card>
        <p className="text-sm">Cancelled before it was finished. No file of it was kept.</p>
      </Card>
    );
  const writing = status === "running" && rowsTotal > 0 && !cancelRequestedAt;
  const words = cancelRequestedAt
    ? "Stopping …"
    : status === "queued"
      ? "Waits for a background worker."
      : writing
        ? `${count(rowsDone)} of ${plural(rowsTotal, "row")} written.`
        : "Choosing the votes.";
  return (
    <Card title="Being made">
      <Progress label="Rows written" value={writing ? rowsDone / rowsTotal : undefined} />
      <ProgressNote left={writing && <TimeLeft done={rowsDone} total={rowsTotal} />}>
        {words} This page follows by itself; you can leave it.
      </ProgressNote>
    </Card>
  );
}

function Head({ manifest: { counts, statistics, contentHash } }: { manifest: Manifest }) {
  const { pairwiseAgreement, agreementVotes, leftRate, leftVotes } = statistics;
  return (
    <>
      <Facts
        items={[
          { label: "Rows", value: count(counts.rows) },
          { label: "Comparisons", value: count(counts.comparisons) },
          { label: "Votes", value: count(counts.votes) },
          { label: "Annotators", value: count(counts.annotators) },
          { label: "Prompts", value: count(counts.prompts) },
          ...(counts.ties ? [{ label: "Ties", value: count(counts.ties), hint: "Neither response is better; in ties.jsonl" }] : []),
          ...(counts.extended
            ? [{ label: "With tools", value: count(counts.extended), hint: "Tools, tool calls, names, or turns of a tool or developer" }]
            : []),
          { label: "With an edit", value: percent(counts.edited, counts.rows) },
          {
            label: "Agreement",
            value: pairwiseAgreement === null ? "–" : <Part share={pairwiseAgreement} votes={agreementVotes} />,
            hint: agreementVotes
              ? `${AGREEMENT_MEANS}. Over all votes that the options let in, also where no row came of them`
              : "How often two votes on one comparison prefer the same side. This release counted the votes behind its rows alone, so comparisons without a majority are not in it",
          },
          {
            label: "Left preferred",
            value: leftRate === null ? "–" : <Part share={leftRate} votes={leftVotes} />,
            hint: "How often the response on the left won, in votes for a side that were given here; of an imported vote nobody saw the sides",
          },
        ]}
      />
      <p className="text-[0.8125rem] break-all text-muted">
        Content hash <code className="text-ink">{contentHash}</code>
      </p>
    </>
  );
}

function Part({ share, votes }: { share: number; votes: { counted: number; of: number } | undefined }) {
  return votes ? <AgreementFigure share={share} compared={votes.counted} votes={votes.of} /> : <>{percent(share, 1)}</>;
}
