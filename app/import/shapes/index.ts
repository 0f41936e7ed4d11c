import { RowProblem, kindOf } from "../problems";
import type { FileReading } from "../reading";
import type { ImportOptions } from "../schema";
import { parseStructure } from "../structure";
import { alpaca, alpacaEval, alpacaPreference } from "./alpaca";
import { arena } from "./arena";
import { argilla } from "./argilla";
import { helpsteer2, helpsteer3, helpsteerScores } from "./helpsteer";
import { judgments } from "./judgments";
import { kto } from "./kto";
import { labelStudio } from "./label-studio";
import { nectar } from "./nectar";
import { oasst, oasstMessages } from "./oasst";
import { openai } from "./openai";
import { orca } from "./orca";
import { native, preference, ties } from "./own";
import { pairs } from "./pairs";
import { potato } from "./potato";
import { prism, prismUtterances } from "./prism";
import { rewardbench, rewardbench2 } from "./rewardbench";
import { sharegpt, sharegptPreference } from "./sharegpt";
import { shp } from "./shp";
import { skywork } from "./skywork";
import { summarize, summarizeAxis } from "./summarize";
import { ultrafeedback, ultrafeedbackBinarized } from "./ultrafeedback";
import { webgpt } from "./webgpt";
import type { Reading, Row, Shape } from "./shape";

/** Every form of rows that is read. The first that fits a row reads it. docs/importing.md has the same list. */
export const SHAPES: readonly Shape[] = [
  helpsteer3,
  helpsteer2,
  helpsteerScores,
  ultrafeedbackBinarized,
  ultrafeedback,
  arena,
  prism,
  prismUtterances,
  oasst,
  oasstMessages,
  nectar,
  webgpt,
  summarize,
  summarizeAxis,
  openai,
  argilla,
  labelStudio,
  potato,
  rewardbench2,
  rewardbench,
  orca,
  alpacaPreference,
  sharegptPreference,
  skywork,
  shp,
  alpacaEval,
  alpaca,
  kto,
  sharegpt,
  judgments,
  pairs,
  ties,
  preference,
  native,
];

/** What one record of a file says, and in which form. */
export type ReadRecord = Reading & { shape: string };

/** Reads one record. Throws RowProblem. */
export function readRecord(value: unknown, options: ImportOptions): ReadRecord {
  const row = asRow(value);
  const shape = SHAPES.find(({ fits }) => fits(row)) ?? native;
  return { ...shape.read(row, options), shape: shape.id };
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

function asRow(value: unknown): Row {
  // A line that was encoded twice: a JSON text that holds the JSON of a row.
  const found = typeof value === "string" ? parseStructure(value) : value;
  if (!isRow(found))
    throw new RowProblem("", `is ${kindOf(value)}; a row is an object {…} with fields such as prompt, chosen and rejected`);
  // The pages of Hugging Face's viewer put each row into an envelope.
  return "row_idx" in found && isRow(found.row) ? found.row : found;
}

export type ShapeRows = { name: string; rows: number };

/** The forms that a file was read in, by name, the commonest first. */
export const shapesOf = ({ shapes = {} }: Partial<FileReading>): ShapeRows[] =>
  Object.entries(shapes)
    .map(([id, rows]) => ({ name: SHAPES.find((shape) => shape.id === id)?.name ?? id, rows }))
    .sort((one, other) => other.rows - one.rows);
