import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { count, plural } from "~/ui/number";
import { Card, More } from "~/ui/page";
import type { Relative, Some, UsedRelease } from "./lineage.server";
import type { findModel } from "./queries.server";

type Model = Pick<Awaited<ReturnType<typeof findModel>>, "job">;
type Props = { model: Model; up: Some<Relative>; down: Some<Relative>; releases: Some<UsedRelease> };
const link = "text-accent-text underline-offset-2 hover:underline";

/** Where a model came from, job and release and votes, and what came from it. */
export function Lineage({ model, up, down, releases }: Props) {
  return (
    <Card title="Lineage">
      <dl className="grid gap-x-8 gap-y-4 text-sm sm:grid-cols-2">
        <Fact label="Made by">
          {model.job ? (
            <Link to={`/admin/jobs/${model.job.id}`} className={link}>
              Job {model.job.number}, {model.job.name}
            </Link>
          ) : (
            "Registered by hand"
          )}
        </Fact>
        <Fact label="Learned from, parents included">
          {releases.total === 0 && "No release"}
          <ul>
            {releases.rows.map((release) => (
              <li key={release.id}>
                <Link to={`/admin/releases/${release.number}`} className={link}>
                  Release {release.number}, {release.name}
                </Link>{" "}
                <span className="text-muted">
                  {plural(release.votes, "vote")}, by way of {release.models.join(", ")}
                  {release.modelsTotal > release.models.length && ` and ${count(release.modelsTotal - release.models.length)} more`}
                </span>
              </li>
            ))}
            <More of={releases.total} shown={releases.rows.length} />
          </ul>
        </Fact>
        <Fact label="Came from">
          <Relatives relatives={up} none="Nothing in the registry" />
        </Fact>
        <Fact label="Went into">
          <Relatives relatives={down} none="Nothing yet" />
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="mb-1 text-[0.8125rem] text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Relatives({ relatives, none }: { relatives: Some<Relative>; none: string }) {
  if (relatives.total === 0) return none;
  return (
    <ul>
      {relatives.rows.map((relative) => (
        <li key={relative.id}>
          <Link to={`/admin/models/${relative.id}`} className={link}>
            {relative.name}
          </Link>{" "}
          <span className="text-muted">{relative.depth === 1 ? "directly" : `${plural(relative.depth, "step")} away`}</span>
        </li>
      ))}
      <More of={relatives.total} shown={relatives.rows.length} />
    </ul>
  );
}
