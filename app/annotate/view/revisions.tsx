import { plural } from "../../ui/number";
import { RelativeTime } from "../../ui/time";
import type { RevisionView, VoteView } from "../../votes/queries.server";
import { useWordDiff } from "../client/use-word-diff";
import { saysWhat } from "../history";
import { DiffText } from "./diff-text";
import { scrollRegion } from "./scroll-region";

const KIND: Record<RevisionView["kind"], string> = { submit: "Submitted", regrade: "Changed", undo: "Undone", import: "Imported" };

/** Everything that was ever answered to this pair, newest first. Nothing is ever overwritten. */
export function Revisions({ vote }: { vote: VoteView }) {
  return (
    <aside aria-labelledby="revisions" className="flex w-full shrink-0 flex-col border-l border-line bg-surface xl:w-80">
      <h2 id="revisions" className="px-4 pt-3 text-sm font-semibold">
        Your answers to this pair
      </h2>
      <div className="min-h-0 flex-1 overflow-auto px-4 py-2" {...scrollRegion("Earlier and present answers")}>
        <ol className="flex flex-col gap-3">
          {[...vote.revisions].reverse().map((revision) => (
            <Revision key={revision.number} revision={revision} vote={vote} />
          ))}
        </ol>
      </div>
    </aside>
  );
}

function Revision({ revision, vote }: { revision: RevisionView; vote: VoteView }) {
  const { number, kind, place, editText, distance, comment, createdAt } = revision;
  return (
    <li className="border-l-2 border-line-strong pl-3 text-sm">
      <p className="text-xs text-muted">
        {number}. {KIND[kind]} <RelativeTime at={createdAt} />
        {number === vote.revision && " · in force"}
      </p>
      <p className="font-medium">{saysWhat(revision)}</p>
      {comment && <p className="text-muted">“{comment}”</p>}
      {editText !== null && place && <Edit from={vote[place].text} to={editText} distance={distance ?? 0} />}
    </li>
  );
}

function Edit({ from, to, distance }: { from: string; to: string; distance: number }) {
  const diff = useWordDiff(from, to);
  return (
    <details className="mt-1">
      <summary className="text-xs text-accent-text">Edited: {plural(distance, "character")} changed</summary>
      <div className="mt-1 max-h-80 overflow-auto" {...scrollRegion("The edit")}>
        <DiffText diff={diff} />
      </div>
    </details>
  );
}
