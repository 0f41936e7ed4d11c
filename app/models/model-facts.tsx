import { bytes, count } from "~/ui/number";
import { Card, Facts } from "~/ui/page";
import { TASKS } from "./columns";
import { heldOut } from "./figures";
import type { findModel } from "./queries.server";

type Model = Awaited<ReturnType<typeof findModel>>;

export function ModelFacts({
  model,
}: {
  model: Pick<Model, "task" | "kind" | "sizeBytes" | "metrics" | "servedBy" | "baseUrl" | "remoteName" | "path" | "hasKey" | "job">;
}) {
  return (
    <>
      <Facts
        items={[
          { label: "Task", value: TASKS[model.task] },
          { label: "Size", value: model.sizeBytes === null ? "–" : bytes(model.sizeBytes) },
          {
            label: "Held out",
            value: heldOut(model.metrics),
            hint: "On rows that it did not train on; an accuracy with its 95 % interval",
          },
          { label: "Served by", value: served(model) },
        ]}
      />
      {model.kind === "endpoint" && (
        <p className="text-sm text-muted">
          {model.remoteName} at <code>{model.baseUrl}</code>, {model.hasKey ? "with an API key, stored encrypted" : "without an API key"}.
        </p>
      )}
      {model.path && (
        <p className="text-sm text-muted">
          Folder on the workers: <code>{model.path}</code>
        </p>
      )}
      {model.servedBy.map(
        ({ name, reason }) =>
          reason && (
            <p key={name} className="text-sm text-warn">
              {name}: {reason}
            </p>
          ),
      )}
    </>
  );
}

function served(model: Pick<Model, "kind" | "servedBy">): string {
  if (model.kind === "endpoint") return "Its endpoint";
  return model.servedBy.map(({ name }) => name).join(", ") || "Nobody now";
}

export function ModelMetrics({ metrics }: { metrics: Model["metrics"] }) {
  const entries = Object.entries(metrics).filter(([, value]) => typeof value === "number");
  if (entries.length === 0) return null;
  return (
    <Card title="Figures">
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-6 gap-y-2 text-sm">
        {entries.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-3">
            <dt className="text-muted">{name.replaceAll("_", " ")}</dt>
            <dd className="tabular-nums">{figure(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

const figure = (value: number | null): string => (value === null ? "–" : Number.isInteger(value) ? String(value) : value.toPrecision(4));

export function ModelFiles({ model: { files, filesTotal } }: { model: Pick<Model, "files" | "filesTotal"> }) {
  if (files.length === 0) return null;
  return (
    <Card title="Files" flush>
      <ul className="divide-y divide-line text-sm">
        {files.map((file) => (
          <li key={file.path} className="flex flex-wrap justify-between gap-x-6 px-4 py-2">
            <span>{file.path}</span>
            <span className="text-muted tabular-nums">{bytes(file.sizeBytes)}</span>
            <code className="w-full truncate text-xs text-muted">{file.sha256}</code>
          </li>
        ))}
        {filesTotal > files.length && <li className="px-4 py-2 text-muted">and {count(filesTotal - files.length)} more</li>}
      </ul>
    </Card>
  );
}
