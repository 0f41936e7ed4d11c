import { count, percent, plural } from "../ui/number";
import { Card } from "../ui/page";
import { STRENGTH_LABELS, STRENGTHS, type Strength } from "../votes/strength";
import { Bars } from "./bars";
import { emptySplitsOf, type Manifest, type Tally } from "./manifest";
import { leftOutWords, SPLITS, type LeftOut } from "./schema";
import type { LengthRow } from "./statistics";

/** The database does not keep the order of keys, so the page states it. */
const rows = (tallies: Record<string, Tally | undefined>, label = (key: string) => key, order = Object.keys(tallies).sort()) =>
  order.filter((key) => tallies[key]).map((key) => ({ label: label(key), value: tallies[key]?.rows ?? 0 }));

/** The figures of the Llama papers' tables, and what was left out. */
export function ReleaseFigures({ manifest }: { manifest: Manifest }) {
  const { counts } = manifest;
  const empty = emptySplitsOf(manifest);
  const strength = (level: string) => (level === "unstated" ? "None stated" : STRENGTH_LABELS[level as Strength]);
  return (
    <>
      <div className="grid gap-6 lg:grid-cols-2">
        <Card title="Strength">
          <Bars label="Rows per strength" bars={rows(counts.strengths, strength, [...STRENGTHS, "unstated"])} total={counts.rows} />
        </Card>
        <Card title="Split">
          <Bars label="Rows per split" bars={rows(counts.splits, (split) => split, [...SPLITS])} total={counts.rows} />
          {empty && <p className="mt-3 text-sm text-warn">{empty}</p>}
        </Card>
        <Card title="Pool">
          <Bars label="Rows per pool" bars={rows(counts.pools)} total={counts.rows} />
        </Card>
        <Card title="Round">
          <Bars label="Rows per round" bars={rows(counts.rounds, (round) => `Round ${round}`)} total={counts.rows} />
        </Card>
      </div>
      <Lengths manifest={manifest} />
      <div className="grid gap-6 lg:grid-cols-2">
        <Quality manifest={manifest} />
        <LeftOutCard manifest={manifest} />
      </div>
    </>
  );
}

function Lengths({ manifest: { statistics } }: { manifest: Manifest }) {
  const lines: [string, LengthRow][] = [
    ...Object.entries(statistics.lengthsByPool).sort(([a], [b]) => a.localeCompare(b)),
    ["All", statistics.lengths],
  ];
  const head = ["Pool", "Rows", "Words per example", "Words per prompt", "Words per chosen", "Words per rejected"];
  return (
    <Card title="Lengths" flush>
      <div role="region" aria-label="Lengths" tabIndex={0} className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead>
            <tr className="border-b border-line text-left text-[0.8125rem] text-muted">
              {head.map((name, index) => (
                <th key={name} scope="col" className={index === 0 ? "px-4 py-2 font-medium" : "px-4 py-2 text-right font-medium"}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(([name, { rows: number, example, prompt, chosen, rejected }]) => (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className="px-4 py-2 text-left font-normal">
                  {name}
                </th>
                {[number, example.words, prompt.words, chosen.words, rejected.words].map((value, index) => (
                  <td key={head[index + 1]} className="px-4 py-2 text-right tabular-nums">
                    {count(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-muted">
        Means. Words are runs of characters between white space; the dataset card adds an estimate in tokens. Turns per dialogue:{" "}
        {statistics.turnsPerDialogue}.
      </p>
    </Card>
  );
}

function Quality({ manifest: { counts, statistics } }: { manifest: Manifest }) {
  const { lengths, identityLeaks, nearDuplicatePrompts } = statistics;
  const facts = [
    ["The chosen response is the longer one", percent(lengths.chosenLonger, 1)],
    ["A response gives its model away", `${plural(identityLeaks, "row")}, ${percent(identityLeaks, counts.rows)}`],
    ["Another prompt nearly repeats it", `${plural(nearDuplicatePrompts, "prompt")}, ${percent(nearDuplicatePrompts, counts.prompts)}`],
  ];
  return (
    <Card title="Quality">
      <dl className="flex flex-col gap-2 text-sm">
        {facts.map(([label, value]) => (
          <div key={label} className="flex justify-between gap-4">
            <dt className="text-muted">{label}</dt>
            <dd className="text-right tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function LeftOutCard({ manifest: { leftOut } }: { manifest: Manifest }) {
  const of = (counts: Partial<Record<LeftOut, number>>, what: string) =>
    Object.entries(counts).map(([reason, number]) => [`${what}: ${leftOutWords(reason)}`, number] as const);
  const formats = Object.entries(leftOut.formats).map(([format, number]) => [`Pairs that ${format}/ cannot hold`, number] as const);
  const list = [...of(leftOut.votes, "Votes"), ...of(leftOut.rows, "Rows"), ...formats];
  return (
    <Card title="Left out">
      {list.length === 0 && <p className="text-sm text-muted">Nothing.</p>}
      <dl className="flex flex-col gap-2 text-sm">
        {list.map(([label, number]) => (
          <div key={label} className="flex justify-between gap-4">
            <dt className="text-muted">{label}</dt>
            <dd className="tabular-nums">{count(number)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
