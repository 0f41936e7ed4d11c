import { Link } from "@remix-run/react";
import { StatusBadge } from "../ui/badge";
import { count } from "../ui/number";
import { Card, More } from "../ui/page";
import type { ReleaseOptions } from "./schema";

type Props = {
  release: {
    options: ReleaseOptions;
    pools: { id: string; name: string }[];
    totals: { jobs: number; pools: number };
    /** Newest first. */
    jobs: { id: string; number: number; name: string; type: string; status: string; made: { id: string; name: string } | null }[];
  };
  /** Jobs and models are for those who may open them. */
  linked: boolean;
};

/** Both directions from here: the settings and pools that the rows came from, and the jobs and models that came of them. */
export function ReleaseLineage({ release: { options, pools, totals, jobs }, linked }: Props) {
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Card title="Made from">
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
          {facts(options, pools, totals.pools).map(([label, value]) => (
            <div key={label} className="contents">
              <dt className="text-muted">{label}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card title="Trained on it">
        {jobs.length === 0 && <p className="text-sm text-muted">No job has used this release yet.</p>}
        <ul className="flex flex-col gap-2 text-sm">
          {jobs.map((job) => (
            <li key={job.number} className="flex flex-wrap items-center gap-2">
              <Named to={linked && `/admin/jobs/${job.id}`}>{job.name}</Named>
              <StatusBadge status={job.status} />
              {job.made && (
                <span className="text-muted">
                  made <Named to={linked && `/admin/models/${job.made.id}`}>{job.made.name}</Named>
                </span>
              )}
            </li>
          ))}
          <More of={totals.jobs} shown={jobs.length} />
        </ul>
      </Card>
    </div>
  );
}

function Named({ to, children }: { to: string | false; children: string }) {
  if (!to) return <span className="text-ink">{children}</span>;
  return (
    <Link to={to} className="text-accent-text underline-offset-2 hover:underline">
      {children}
    </Link>
  );
}

function facts(options: ReleaseOptions, pools: { name: string }[], poolsTotal: number): [string, string][] {
  const all = (values: readonly (string | number)[]) => (values.length > 0 ? values.join(", ") : "all");
  const days = options.from || options.to ? `${options.from ?? "the beginning"} to ${options.to ?? "today"}` : "all";
  return [
    ["Pools", `${all(pools.map((pool) => pool.name))}${poolsTotal > pools.length ? ` and ${count(poolsTotal - pools.length)} more` : ""}`],
    ["Rounds", all(options.rounds)],
    ["Days", days],
    ["Strengths", all(options.strengths.map((level) => level.replaceAll("_", " ")))],
    ["Without a strength", options.unstated === "include" ? "kept" : "left out"],
    ["Several votes", options.aggregation === "majority" ? "one row by majority" : "one row per vote"],
    ["Margins", options.margins],
    ["Pairs", options.pairs.join(", ")],
    ["Held out", `${options.validation * 100}% validation, ${options.test * 100}% test, seed ${options.seed}`],
    ["Least gold accuracy", options.minGoldAccuracy === undefined ? "none" : `${options.minGoldAccuracy * 100}%`],
  ];
}
