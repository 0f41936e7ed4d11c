import { Link } from "@remix-run/react";
import { useState } from "react";
import { useWordDiff } from "~/annotate/client/use-word-diff";
import { DiffText } from "~/annotate/view/diff-text";
import { Select } from "~/ui/field";
import { count } from "~/ui/number";
import { Card } from "~/ui/page";
import { RelativeTime } from "~/ui/time";

const link = "text-accent-text underline-offset-2 hover:underline";

type Version = { version: number; body: string; createdAt: Date; createdBy: { name: string } | null };

type Props = { newest: Version; versions: Version[]; total: number };

/** A page of the versions of the guidelines, newest first, and what changed between any two of them and the newest. */
export function GuidelineHistory({ newest, versions, total }: Props) {
  const comparable = versions[0]?.version === newest.version ? versions : [newest, ...versions];
  const [to, setTo] = useState(newest.version);
  const [from, setFrom] = useState(comparable[1]?.version ?? 0);
  const body = (number: number) => comparable.find(({ version }) => version === number)?.body ?? "";
  const oldest = versions.at(-1)?.version ?? 1;
  return (
    <Card title={`Versions (${count(total)})`}>
      <ul className="mb-4 flex flex-col gap-1 text-sm">
        {versions.map(({ version, createdAt, createdBy }) => (
          <li key={version}>
            <span className="font-medium">Version {version}</span>{" "}
            <span className="text-muted">
              by {createdBy?.name ?? "the system"}, <RelativeTime at={createdAt} />
              {version === newest.version && ", in force"}
            </span>
          </li>
        ))}
      </ul>
      {total > versions.length && (
        <p className="mb-4 flex gap-4 text-sm">
          {comparable !== versions && (
            <Link to="?" className={link} preventScrollReset>
              Newest versions
            </Link>
          )}
          {oldest > 1 && (
            <Link to={`?before=${oldest}`} className={link} preventScrollReset>
              Older versions
            </Link>
          )}
        </p>
      )}
      {comparable.length > 1 && (
        <>
          <div className="mb-3 flex max-w-md gap-3">
            <VersionSelect label="Compare" versions={comparable} value={from} onChange={setFrom} />
            <VersionSelect label="with" versions={comparable} value={to} onChange={setTo} />
          </div>
          <Difference before={body(from)} after={body(to)} />
        </>
      )}
    </Card>
  );
}

type SelectProps = { label: string; versions: Version[]; value: number; onChange: (version: number) => void };

function VersionSelect({ label, versions, value, onChange }: SelectProps) {
  return (
    <Select label={label} value={value} onChange={(event) => onChange(Number(event.currentTarget.value))}>
      {versions.map(({ version }) => (
        <option key={version} value={version}>
          Version {version}
        </option>
      ))}
    </Select>
  );
}

function Difference({ before, after }: { before: string; after: string }) {
  const diff = useWordDiff(before, after);
  if (before === after) return <p className="text-sm text-muted">Word for word the same.</p>;
  return (
    <div className="rounded-md border border-line p-3 font-mono text-[0.8125rem] leading-relaxed">
      <DiffText diff={diff} />
    </div>
  );
}
