import { Link, useFetcher } from "@remix-run/react";
import { FLAG_LABELS, SKIP_LABELS } from "../annotate/reasons";
import type { FormFailure } from "../http/input.server";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { Card, More } from "../ui/page";
import { RelativeTime } from "../ui/time";
import type { ComparisonDetail } from "./detail.server";
import { sideName, theirLetters } from "./side-mark";

const label = (labels: Record<string, string>, reason: string) => labels[reason] ?? reason;

const SLOT: Record<string, { tone: Tone; text: string }> = {
  open: { tone: "neutral", text: "Open" },
  leased: { tone: "accent", text: "Being graded" },
  done: { tone: "ok", text: "Filled" },
  closed: { tone: "warn", text: "Closed" },
};

/** The places for votes, who holds them, and what each holder has on the left of the screen. */
export function SlotsCard({ slots, drafts, totals }: Pick<ComparisonDetail, "slots" | "drafts" | "totals">) {
  return (
    <Card title="Places" flush>
      <ul className="divide-y divide-line text-sm">
        {slots.map((slot) => (
          <li key={slot.id} className="px-4 py-2.5">
            <div className="flex items-center justify-between gap-2">
              <span className="text-muted">Place {slot.ordinal + 1}</span>
              <Badge tone={SLOT[slot.state]?.tone}>{SLOT[slot.state]?.text}</Badge>
            </div>
            {slot.annotator && (
              <p className="mt-1">
                <Person person={slot.annotator} />
                {slot.imported && <span className="text-muted"> by an imported vote</span>}
                {slot.leftSide !== null && (
                  <span className="text-muted">
                    {slot.state === "done" ? " saw " : " sees "}
                    {sideName(slot.leftSide)} on the left
                  </span>
                )}
              </p>
            )}
            {slot.leaseExpiresAt && (
              <p className="mt-0.5 text-[0.8125rem] text-muted">
                Lease ends <RelativeTime at={slot.leaseExpiresAt} />
                {slot.leaseRenewedAt && (
                  <>
                    , last sign of life <RelativeTime at={slot.leaseRenewedAt} />
                  </>
                )}
              </p>
            )}
          </li>
        ))}
        {drafts.map(({ annotator, updatedAt }) => (
          <li key={annotator.id} className="px-4 py-2.5">
            <Person person={annotator} />{" "}
            <span className="text-muted">
              has a draft, saved <RelativeTime at={updatedAt} />
            </span>
          </li>
        ))}
        <Rest of={totals.drafts} shown={drafts.length} />
      </ul>
    </Card>
  );
}

/** Whoever wrote something may speak of A and B, which are the places on their screen. */
function Letters({ leftSide, responses }: { leftSide: number; responses: ComparisonDetail["responses"] }) {
  const models = responses.map(({ modelName }) => modelName);
  return <p className="text-[0.8125rem] break-words text-muted">{theirLetters(leftSide, models)}</p>;
}

type FlagsProps = Pick<ComparisonDetail, "flags" | "totals" | "responses"> & { mayChange: boolean };

export function FlagsCard({ flags, totals, responses, mayChange }: FlagsProps) {
  if (flags.length === 0) return null;
  return (
    <Card title="Flags" flush>
      <ul className="divide-y divide-line text-sm">
        {flags.map((flag) => (
          <FlagItem key={flag.id} flag={flag} responses={responses} mayChange={mayChange} />
        ))}
        <Rest of={totals.flags} shown={flags.length} />
      </ul>
    </Card>
  );
}

type FlagProps = Pick<FlagsProps, "responses" | "mayChange"> & { flag: ComparisonDetail["flags"][number] };

function FlagItem({ flag, responses, mayChange }: FlagProps) {
  const fetcher = useFetcher<FormFailure | { done: string }>();
  const failure = fetcher.data && "error" in fetcher.data ? fetcher.data.error : undefined;
  return (
    <li className="flex flex-col gap-1 px-4 py-2.5">
      <div className="flex items-start justify-between gap-2">
        <span className="font-medium">{label(FLAG_LABELS, flag.reason)}</span>
        <Badge tone={flag.resolvedAt ? "ok" : "danger"}>{flag.resolvedAt ? "Resolved" : "Open"}</Badge>
      </div>
      {flag.comment && <p className="whitespace-pre-wrap">{flag.comment}</p>}
      <Letters leftSide={flag.leftSide} responses={responses} />
      <p className="text-[0.8125rem] text-muted">
        <Person person={flag.annotator} />, <RelativeTime at={flag.createdAt} />
      </p>
      {mayChange && (
        <fetcher.Form method="post" className="mt-1">
          <input type="hidden" name="flagId" value={flag.id} />
          <Button
            type="submit"
            size="small"
            name="intent"
            value={flag.resolvedAt ? "reopen" : "resolve"}
            disabled={fetcher.state !== "idle"}
          >
            {flag.resolvedAt ? "Open again" : "Resolve"}
          </Button>
        </fetcher.Form>
      )}
      {failure && (
        <p role="alert" className="text-[0.8125rem] text-danger">
          {failure}
        </p>
      )}
    </li>
  );
}

export function SkipsCard({ skips, totals, responses }: Pick<ComparisonDetail, "skips" | "totals" | "responses">) {
  if (skips.length === 0) return null;
  return (
    <Card title="Skips" flush>
      <ul className="divide-y divide-line text-sm">
        {skips.map((skip) => (
          <li key={skip.annotator.id} className="px-4 py-2.5">
            <span className="font-medium">{label(SKIP_LABELS, skip.reason)}</span>
            {skip.comment && <p className="whitespace-pre-wrap">{skip.comment}</p>}
            <Letters leftSide={skip.leftSide} responses={responses} />
            <p className="text-[0.8125rem] text-muted">
              <Person person={skip.annotator} />, <RelativeTime at={skip.createdAt} />
            </p>
          </li>
        ))}
        <Rest of={totals.skips} shown={skips.length} />
      </ul>
    </Card>
  );
}

const Rest = (counts: { of: number; shown: number }) =>
  counts.of > counts.shown ? (
    <ul className="px-4 py-2.5">
      <More {...counts} />
    </ul>
  ) : null;

function Person({ person }: { person: { id: string; name: string } }) {
  return (
    <Link to={`/admin/people/${person.id}`} className="font-medium hover:underline">
      {person.name}
    </Link>
  );
}
