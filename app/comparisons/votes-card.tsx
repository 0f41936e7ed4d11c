import { Link } from "@remix-run/react";
import { DiffText } from "../annotate/view/diff-text";
import { useWordDiff } from "../annotate/client/use-word-diff";
import { Badge } from "../ui/badge";
import { count, percent, plural } from "../ui/number";
import { Card, EmptyState, More } from "../ui/page";
import { Pager } from "../ui/table";
import { RelativeTime, duration } from "../ui/time";
import { STRENGTH_LABELS, TIE_LABELS } from "../votes/strength";
import type { ComparisonDetail, RevisionDetail, VoteDetail } from "./detail.server";
import { SideMark, sideName, theirLetters } from "./side-mark";

type Responses = ComparisonDetail["responses"];

const STATUS = {
  counted: { tone: "ok", label: "Counted", title: "Fills a place; releases use it" },
  extra: { tone: "warn", label: "Extra", title: "Came when no place was left; kept, and left out of releases" },
  withdrawn: { tone: "neutral", label: "Withdrawn", title: "Taken back by the annotator" },
} as const;

/** Every vote with all its revisions, newest first: nothing that was answered is ever overwritten. */
export function VotesCard({ comparison: { votes, responses, totals, votesPage } }: { comparison: ComparisonDetail }) {
  return (
    <Card title={`Votes (${count(totals.votes)})`} flush>
      {totals.votes === 0 && <EmptyState title="No vote yet">The comparison waits in the queue of its pool.</EmptyState>}
      <ul className="divide-y divide-line">
        {votes.map((vote) => (
          <VoteItem key={vote.id} vote={vote} responses={responses} />
        ))}
      </ul>
      {totals.votes > votesPage.perPage && (
        <div className="border-t border-line px-4 pb-3">
          <Pager result={{ rows: votes, rowCount: totals.votes }} state={votesPage} />
        </div>
      )}
    </Card>
  );
}

function VoteItem({ vote, responses }: { vote: VoteDetail; responses: Responses }) {
  const [latest, ...older] = vote.revisions;
  const { tone, label, title } = STATUS[vote.status];
  return (
    <li className="px-4 py-3">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Link to={`/admin/people/${vote.annotator.id}`} className="font-medium hover:underline">
          {vote.annotator.name}
        </Link>
        <Badge tone={tone} title={title}>
          {label}
        </Badge>
      </div>
      {latest && <Revision revision={latest} responses={responses} />}
      {older.length > 0 && (
        <details className="mt-2">
          <summary className="w-fit rounded text-[0.8125rem] font-medium text-accent-text">
            {plural(vote.revisionsTotal - 1, "earlier revision")}
          </summary>
          <ul className="mt-2 flex flex-col gap-3 border-l-2 border-line pl-3">
            {older.map((revision) => (
              <li key={revision.number}>
                <Revision revision={revision} responses={responses} />
              </li>
            ))}
            <More of={vote.revisionsTotal} shown={vote.revisions.length} />
          </ul>
        </details>
      )}
    </li>
  );
}

const KINDS: Record<RevisionDetail["kind"], string> = { submit: "Submitted", regrade: "Regraded", undo: "Undone", import: "Imported" };

function Revision({ revision, responses }: { revision: RevisionDetail; responses: Responses }) {
  const { kind, side, tie, strength, leftSide, activeMs, guidelineVersion, comment, edit, releases } = revision;
  const models = responses.map(({ modelName }) => modelName);
  return (
    <div className="text-sm">
      {side !== null && (
        <p className="flex flex-wrap items-center gap-1.5">
          <SideMark side={side} />
          <span className="font-medium">
            {strength ? `${sideName(side)} ${STRENGTH_LABELS[strength].toLowerCase()}` : `${sideName(side)} preferred, no strength given`}
          </span>
        </p>
      )}
      {tie && <p className="font-medium">{TIE_LABELS[tie]}</p>}
      <p className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-[0.8125rem] text-muted">
        <span>
          {KINDS[kind]} <RelativeTime at={revision.createdAt} />
        </span>
        {leftSide !== null && (
          <span>{kind === "import" ? `The file says that ${sideName(leftSide)} was on the left` : theirLetters(leftSide, models)}</span>
        )}
        {activeMs !== null && <span>{duration(activeMs)} at work</span>}
        {guidelineVersion !== null && <span>guidelines v{guidelineVersion}</span>}
        {revision.unblinded && (
          <Badge
            tone="warn"
            title="Its writer had opened models or votes of the prompt before; releases leave it out unless told otherwise"
          >
            Not blind
          </Badge>
        )}
        {releases.map(({ number }) => (
          <Link key={number} to={`/admin/releases/${number}`} className="text-accent-text hover:underline">
            in release {number}
          </Link>
        ))}
        {revision.releasesTotal > releases.length && <span>and {plural(revision.releasesTotal - releases.length, "earlier release")}</span>}
      </p>
      {comment && <blockquote className="mt-1.5 border-l-2 border-line pl-3 whitespace-pre-wrap">{comment}</blockquote>}
      {edit && <EditDiff edit={edit} original={responses.find(({ id }) => id === edit.responseId)?.text ?? ""} />}
    </div>
  );
}

function EditDiff({ edit, original }: { edit: NonNullable<RevisionDetail["edit"]>; original: string }) {
  const diff = useWordDiff(original, edit.text);
  return (
    <details className="mt-2">
      <summary className="w-fit rounded text-[0.8125rem] font-medium text-accent-text">
        Edited: {plural(edit.distance, "character")} changed ({percent(edit.share, 1)})
      </summary>
      <div className="mt-2 rounded-md border border-line bg-canvas p-3">
        <DiffText diff={diff} />
      </div>
    </details>
  );
}
