import { Link } from "@remix-run/react";
import { Badge, type Tone } from "~/ui/badge";
import { plural } from "~/ui/number";
import { Card, EmptyState } from "~/ui/page";
import { Progress } from "~/ui/progress";
import { RelativeTime } from "~/ui/time";
import type { WorkerRow } from "./queries.server";

const STATES: Record<WorkerRow["state"], { tone: Tone; label: string }> = {
  alive: { tone: "ok", label: "Alive" },
  gone: { tone: "neutral", label: "Gone" },
  outdated: { tone: "danger", label: "Wrong version" },
  revoked: { tone: "danger", label: "Token revoked" },
};

export function WorkerTable({ workers }: { workers: WorkerRow[] }) {
  if (workers.length === 0)
    return (
      <Card>
        <EmptyState title="No worker has called yet">
          <code>npm run up</code> starts one beside the platform when Python 3.11 is there. To add another machine, make a token below and
          run the command that is shown with it.
        </EmptyState>
      </Card>
    );
  return (
    <div role="region" aria-label="Workers" tabIndex={0} className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-left text-[0.8125rem] text-muted">
            {["Worker", "State", "Hardware", "Now", "Inference backend", "Version", "Last seen"].map((title) => (
              <th key={title} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <WorkerLine key={worker.id} worker={worker} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function WorkerLine({ worker }: { worker: WorkerRow }) {
  const { tone, label } = STATES[worker.state];
  return (
    <tr className="border-b border-line align-top last:border-0">
      <td className="px-3 py-2">
        <div className="font-medium">{worker.name}</div>
        <div className="text-[0.8125rem] whitespace-nowrap text-muted">token {worker.tokenName}</div>
      </td>
      <td className="px-3 py-2">
        <Badge tone={tone}>{label}</Badge>
        {worker.problem && <p className="mt-1 max-w-64 text-[0.8125rem] text-muted">{worker.problem}</p>}
      </td>
      <td className="min-w-36 px-3 py-2">{worker.hardware}</td>
      <td className="px-3 py-2">
        {worker.jobs.length === 0 && <span className="text-muted">{worker.state === "alive" ? "Waits for a job" : "–"}</span>}
        {worker.jobs.map((job) => (
          <div key={job.id} className="w-48">
            <Link to={`/admin/jobs/${job.id}`} className="text-accent-text underline-offset-2 hover:underline">
              Job {job.number}, {job.name}
            </Link>
            <Progress value={job.progress} label={`Progress of job ${job.number}`} />
          </div>
        ))}
      </td>
      <td className="px-3 py-2">
        <Backend serving={worker.serving} />
      </td>
      <td className="px-3 py-2">{worker.version}</td>
      <td className="px-3 py-2">
        <RelativeTime at={worker.lastSeenAt} />
      </td>
    </tr>
  );
}

function Backend({ serving }: { serving: WorkerRow["serving"] }) {
  if (!serving) return <span className="text-muted">None</span>;
  return (
    <>
      <Badge tone={serving.state === "serving" ? "ok" : "warn"}>{serving.state === "serving" ? "Serving" : "Paused"}</Badge>{" "}
      {plural(serving.models, "model")}
      <div className="text-[0.8125rem] text-muted">{serving.reason || serving.url}</div>
    </>
  );
}
