import { UserError } from "../errors";
import { readBatches, type BatchRow } from "./batches.server";
import { detectFormat } from "./formats/detect.server";
import { pairsOfRow } from "./pairs";
import type { PreparedRow } from "./prepare.server";
import { emptyReading, note, type Warning } from "./reading";
import type { Format, ImportOptions } from "./schema";
import { shapesOf, type ShapeRows } from "./shapes";
import { Tally, type FileCounts } from "./tally.server";

const ROWS = 5;
const BAD_ROWS = 3;
const EXCERPT = 160;

export type PreviewBadRow = { line: number; field: string; reason: string };
export type PreviewRow =
  | { line: number; prompt: string; turns: number; responses: { model: string; text: string }[]; pairs: number; votes: number }
  | PreviewBadRow;
export type Preview = {
  format: Format;
  /** The first rows. */
  rows: PreviewRow[];
  /** The first bad rows after those. */
  bad: PreviewBadRow[];
  shapes: ShapeRows[];
  warned: number;
  warnings: Warning[];
  /** Of the whole file; absent of a part of one. `atLeast`: there is more than was counted. */
  counts?: FileCounts & { atLeast: boolean };
  /** Why the file cannot be read to its end; what is before that place is imported. */
  problem?: string;
};

/** A file to look at. `name` decides its format where its content does not. Of a part only the first rows are read. */
export type PreviewJob = { path: string; name: string; options: ImportOptions; part: boolean };

/**
 * What would become of a file: its first rows, in which forms its rows are recognised, what is wrong with them, and how
 * many comparisons and votes come of it. Nothing is kept. Throws UserError for a file that is none of ours.
 */
export async function previewFile({ path, name, options, part }: PreviewJob, { signal }: { signal: AbortSignal }): Promise<Preview> {
  const format = await detectFormat(path, name);
  const seen = new Seen(options);
  let problem: string | undefined;
  try {
    for await (const { items } of readBatches({ format, path, options, skip: 0, signal })) {
      for (const item of part ? items.slice(0, ROWS) : items) seen.add(item);
      if (part) break;
    }
  } catch (error) {
    if (!(error instanceof UserError) || seen.count === 0) throw error;
    problem = error.message;
  }
  if (seen.count === 0) throw new UserError(`${name} has no rows.`);
  return { format, ...seen.result(part), ...(problem !== undefined && { problem }) };
}

class Seen {
  count = 0;
  private badCount = 0;
  private readonly rows: PreviewRow[] = [];
  private readonly bad: PreviewBadRow[] = [];
  private readonly reading = emptyReading();
  private readonly tally: Tally;
  private atLeast = false;

  constructor(private readonly options: ImportOptions) {
    this.tally = new Tally(options);
  }

  add(item: BatchRow): void {
    this.count += 1;
    const { line } = item;
    const problems = "bad" in item ? [item.bad] : item.rows.flatMap(({ badVotes }) => badVotes ?? []);
    this.badCount += problems.length;
    if ("rows" in item) {
      note(this.reading, item);
      this.atLeast ||= this.tally.isFull;
      if (!this.atLeast) for (const row of item.rows) this.tally.add(row);
    }
    if (this.rows.length < ROWS) {
      const [first] = problems;
      this.rows.push({ line, ...("rows" in item && item.rows[0] ? previewRow(item.rows, this.options) : { field: first?.field ?? "", reason: first?.reason ?? "has nothing that is imported" }) }); // prettier-ignore
    } else {
      for (const { field, reason } of problems) if (this.bad.length < BAD_ROWS) this.bad.push({ line, field, reason });
    }
  }

  result(part: boolean): Omit<Preview, "format" | "problem"> {
    const { rows, bad, reading, atLeast } = this;
    const counts = { rows: this.count, bad: this.badCount, ...this.tally.counts(), atLeast };
    return { rows, bad, shapes: shapesOf(reading), warned: reading.warned, warnings: reading.warnings, ...(!part && { counts }) };
  }
}

const excerpt = (text: string) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);

const previewRow = (rows: readonly PreparedRow[], options: ImportOptions) => ({
  prompt: excerpt(rows[0]?.prompt.excerpt ?? ""),
  turns: rows[0]?.prompt.turns ?? 0,
  responses: (rows[0]?.responses ?? []).map(({ model, text }) => ({ model, text: excerpt(text) })),
  pairs: rows.reduce((sum, { responses }) => sum + pairsOfRow(options.pairs, responses).length, 0),
  votes: rows.reduce((sum, { votes }) => sum + votes.length, 0),
});
