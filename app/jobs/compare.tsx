import { useMemo } from "react";
import { Card } from "~/ui/page";
import { Chart } from "./chart";
import { compare, type Point, present } from "./curves";
import { settingText } from "./setting-words";

type Run = { id: string; number: number; name: string; params: Record<string, unknown>; points: Point[] };
const NAMES = ["loss", "eval_loss", "accuracy", "eval_accuracy", "margin", "learning_rate", "tokens_per_second"];

/** One chart per figure, one line per run. */
export function CompareCharts({ runs }: { runs: Run[] }) {
  const names = NAMES.filter((name) => runs.some(({ points }) => present(points, name)));
  return (
    <section aria-label="Charts" className="grid gap-4 md:grid-cols-2">
      {names.map((name) => (
        <Compared key={name} name={name} runs={runs} />
      ))}
    </section>
  );
}

function Compared({ name, runs }: { name: string; runs: Run[] }) {
  const data = useMemo(
    () =>
      compare(
        runs.map(({ points }) => points),
        name,
      ),
    [runs, name],
  );
  return <Chart title={name.replaceAll("_", " ")} names={runs.map((run) => `job-${run.number}`)} data={data} />;
}

/** The settings in which the runs differ. */
export function CompareSettings({ runs }: { runs: Run[] }) {
  const names = [...new Set(runs.flatMap(({ params }) => Object.keys(params)))].sort();
  const different = names.filter((name) => new Set(runs.map(({ params }) => settingText(params[name]))).size > 1);
  if (different.length === 0) return <p className="text-sm text-muted">The settings are the same.</p>;
  return (
    <Card title="Where the settings differ" flush>
      <div className="overflow-x-auto" role="region" aria-label="Settings that differ" tabIndex={0}>
        <table className="w-full text-sm">
          <thead>
            <tr className="border-b border-line text-left text-[0.8125rem] text-muted">
              <th scope="col" className="px-4 py-2 font-medium">
                Setting
              </th>
              {runs.map((run) => (
                <th key={run.id} scope="col" className="px-4 py-2 font-medium">
                  {run.number}: {run.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {different.map((name) => (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className="px-4 py-1.5 text-left font-normal text-muted">
                  {name}
                </th>
                {runs.map((run) => (
                  <td key={run.id} className="px-4 py-1.5">
                    {settingText(run.params[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
