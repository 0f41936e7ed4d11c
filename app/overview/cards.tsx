import { Link } from "@remix-run/react";
import { FLAG_LABELS } from "../annotate/reasons";
import { AGREEMENT_MEANS, comparedInWords } from "../quality/agreement";
import { StatusBadge } from "../ui/badge";
import { LinkButton } from "../ui/button";
import { count, percent, plural } from "../ui/number";
import { Card, EmptyState } from "../ui/page";
import { Progress } from "../ui/progress";
import { RelativeTime } from "../ui/time";
import type { Overview } from "./queries.server";

const reasonOf = (reason: string) => (FLAG_LABELS as Record<string, string>)[reason] ?? reason;

/** Open flags, newest first. */
export function FlagsToLookAt({ flags, recent }: Pick<Overview, "flags" | "recent">) {
  return (
    <Card
      title={flags > 0 ? `${plural(flags, "flag")} to look at` : "Flags"}
      actions={
        flags > recent.length && (
          <LinkButton size="small" to="/admin/comparisons?only=flagged">
            Show all
          </LinkButton>
        )
      }
      flush
    >
      {flags === 0 && <p className="p-4 text-sm text-muted">Nothing is flagged. Annotators flag what an admin should see.</p>}
      <ul className="divide-y divide-line text-sm">
        {recent.map((flag) => (
          <li key={flag.id}>
            <Link to={`/admin/comparisons/${flag.comparison.id}`} className="block px-4 py-2.5 hover:bg-raised/50">
              <span className="font-medium">{reasonOf(flag.reason)}</span>
              <span className="block truncate text-muted" lang={flag.comparison.language} dir="auto">
                {flag.comparison.excerpt}
              </span>
              <span className="text-[0.8125rem] text-muted">
                {flag.annotator.name}, <RelativeTime at={flag.createdAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Imports, releases and jobs that wait, run, or failed lately. Reviewers may open releases only. */
export function RunsCard({ runs, all }: Pick<Overview, "runs"> & { all: boolean }) {
  return (
    <Card title="Running, or failed lately" flush>
      {runs.length === 0 && <p className="p-4 text-sm text-muted">No import, release or job is running.</p>}
      <ul className="divide-y divide-line text-sm">
        {runs.map((run) => (
          <li key={run.key}>
            {all || run.kind === "Release" ? (
              <Link to={run.to} className="block px-4 py-2.5 hover:bg-raised/50">
                <RunLine run={run} />
              </Link>
            ) : (
              <div className="px-4 py-2.5">
                <RunLine run={run} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function RunLine({ run }: { run: Overview["runs"][number] }) {
  return (
    <>
      <span className="flex items-center justify-between gap-3">
        <span className="min-w-0 truncate">
          <span className="text-muted">{run.kind}</span> <span className="font-medium">{run.title}</span>
        </span>
        <StatusBadge status={run.status} />
      </span>
      {run.status === "running" && <Progress value={run.done ?? undefined} label={`${run.kind} ${run.title}`} />}
    </>
  );
}

/** How far each pool is, and how much its annotators agree. */
export function PoolsCard({ pools, mayMake }: Pick<Overview, "pools"> & { mayMake: boolean }) {
  return (
    <Card
      title="Pools"
      actions={
        <LinkButton size="small" to="/admin/pools">
          All pools
        </LinkButton>
      }
      flush
    >
      {pools.length === 0 && (
        <EmptyState
          title="No pool yet"
          action={
            mayMake && (
              <LinkButton tone="primary" to="/admin/pools/new">
                Make a pool
              </LinkButton>
            )
          }
        >
          A pool holds prompts with one purpose: its guidelines, its language, how many votes each comparison gets.
        </EmptyState>
      )}
      <ul className="divide-y divide-line text-sm">
        {pools.map((pool) => (
          <PoolLine key={pool.id} pool={pool} />
        ))}
      </ul>
    </Card>
  );
}

const points = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(2));

function PoolLine({ pool }: { pool: Overview["pools"][number] }) {
  const { done, wanted, leased } = pool.progress;
  const { quality } = pool;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_14rem] items-center gap-x-6 gap-y-1 px-4 py-3 max-sm:grid-cols-1">
      <div className="min-w-0">
        <Link to={`/admin/pools/${pool.id}`} className="font-medium hover:underline">
          {pool.name}
        </Link>
        <p className="text-[0.8125rem] text-muted">
          {count(done)} of {plural(wanted, "vote")}
          {leased > 0 && `, ${leased} being graded`}
          {quality && quality.share !== undefined && (
            <>
              {" · "}
              <span title={`${AGREEMENT_MEANS}. With its 95 % interval, and the votes that it is of`}>
                {percent(quality.share, 1)} agree
                {quality.interval && ` (${Math.round(quality.interval.low * 100)}–${Math.round(quality.interval.high * 100)}%)`},{" "}
                {comparedInWords(quality)}
              </span>
              {" · "}
              <span title="Krippendorff's ordinal alpha on the signed scale of nine steps, with neither in the middle">
                α {points(quality.alpha)}
              </span>
              {" · "}
              <span title="Kappa with quadratic weights on the same scale">κ {points(quality.kappa)}</span>
            </>
          )}
        </p>
      </div>
      <Progress value={wanted > 0 ? done / wanted : 0} label={`${pool.name}: votes given`} />
    </li>
  );
}
