import type { Manifest } from "../../../app/releases/manifest";
import { python } from "../support/python";
import { expect } from "../support/walk";

export type TrlReport = {
  rows: Record<string, number>;
  columns: string[];
  reward: number[];
  dpo: number[];
  versions: Record<string, string>;
};

/** Loads a release in `datasets` and takes two steps with TRL's own trainers. */
export async function trainInTrl(release: string, manifest: Manifest, model: string): Promise<TrlReport> {
  const printed = await python("python", ["worker/bench/trl_release.py", "--release", release, "--model", model]);
  const report = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as TrlReport;
  const rows = manifest.files.filter(({ path }) => /^\w+\.jsonl$/.test(path)).map((file) => [file.path.replace(".jsonl", ""), file.rows]);
  expect(report.rows, "rows as datasets reads them").toEqual(Object.fromEntries(rows));
  for (const losses of [report.reward, report.dpo]) {
    expect(losses.length, "steps with a loss").toBe(2);
    expect(
      losses.every((loss) => Number.isFinite(loss) && loss > 0),
      `finite losses: ${losses.join(", ")}`,
    ).toBe(true);
  }
  return report;
}
