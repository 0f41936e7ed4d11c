import { UserError } from "../errors";
import { discard, receiveFile } from "./files.server";
import { detectFormat, readRecords } from "./formats/detect.server";
import { choosePairs } from "./pairs";
import { prepareRow } from "./prepare.server";
import { RowProblem } from "./problems";
import { readRow } from "./rows";
import type { Format, ImportOptions } from "./schema";
import type { Readable } from "node:stream";

const ROWS = 5;
const EXCERPT = 160;

export type PreviewRow =
  | { line: number; prompt: string; turns: number; responses: { model: string; text: string }[]; pairs: number; votes: number }
  | { line: number; field: string; reason: string };
export type Preview = { format: Format; rows: PreviewRow[] };

/** What the first rows of a file would become. Nothing is kept. `name` decides where the content does not. */
export async function previewImport(stream: Readable, name: string, options: ImportOptions): Promise<Preview> {
  const file = await receiveFile(stream);
  try {
    const format = await detectFormat(file.path, name);
    const rows: PreviewRow[] = [];
    for await (const record of readRecords(format, file.path)) {
      const { line } = record;
      if ("bad" in record) rows.push({ line, field: record.bad.field, reason: record.bad.reason });
      else rows.push({ line, ...previewRow(record.value, options) });
      if (rows.length === ROWS) break;
    }
    if (rows.length === 0) throw new UserError(`${name} has no rows.`);
    return { format, rows };
  } finally {
    await discard(file);
  }
}

const excerpt = (text: string) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);

function previewRow(value: unknown, options: ImportOptions) {
  try {
    const { prompt, responses, votes } = prepareRow(readRow(value, options));
    return {
      prompt: excerpt(prompt.excerpt),
      turns: prompt.turns,
      responses: responses.map(({ model, text }) => ({ model, text: excerpt(text) })),
      pairs: choosePairs(options.pairs, prompt.contentHash, responses).length,
      votes: votes.length,
    };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return { field: error.field, reason: error.reason };
  }
}
