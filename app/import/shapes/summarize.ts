import type { Strength } from "../../votes/strength";
import { RowProblem } from "../problems";
import { comparison, facts, listIn, numberIn, objectIn, unjudged, type Answered, type Judged } from "./build";
import { has, type Row, type Shape } from "./shape";

/** Their scale of nine points, from 1 (the first, surely) to 9 (the second, surely), by how far it is from the middle. */
const STRENGTHS: Record<number, Strength> = { 1: "marginally_better", 2: "slightly_better", 3: "better", 4: "significantly_better" };
const MIDDLE = 5;

/** What was summarised. The people saw it, and were asked for the better summary. */
function sourceOf(info: Row): { prompt: unknown; field: string } {
  const field = typeof info.post === "string" ? "post" : "article";
  return { prompt: info[field], field: `info.${field}` };
}

function judged(row: Row): Judged {
  const choice = numberIn("choice", row.choice);
  if (choice !== 0 && choice !== 1) throw new RowProblem("choice", "is neither 0 (the first summary) nor 1 (the second)");
  const extra: Row = row.extra === undefined || row.extra === null ? {} : objectIn("extra", row.extra);
  const confidence = numberIn("extra.confidence", extra.confidence);
  const agrees = confidence !== undefined && (choice === 0 ? confidence < MIDDLE : confidence > MIDDLE);
  const strength = agrees ? STRENGTHS[Math.abs(confidence - MIDDLE)] : undefined;
  return { choice, strength, by: row.worker, metadata: facts(extra), field: "choice" };
}

export const summarize: Shape = {
  id: "summarize",
  name: "Summarize from feedback, comparisons",
  fields: "info, summaries, choice",
  fits: (row) => has(row, "info", "summaries", "choice"),
  read: (row, options) => {
    const info = objectIn("info", row.info);
    const summaries = listIn("summaries", row.summaries).map((item, index) => objectIn(`summaries[${index}]`, item));
    const [one, other, ...more] = summaries;
    if (!one || !other || more.length > 0) throw new RowProblem("summaries", `are ${summaries.length}; a comparison has two`);
    const answers = [one, other].map(({ text, policy, ...said }, index) => ({ field: `summaries[${index}].text`, value: text, model: policy, metadata: said })); // prettier-ignore
    const [first, second] = answers as [Answered, Answered];
    const about = { metadata: facts(row, "info", "summaries", "choice", "worker", "extra") };
    const metadata = facts(info, "post", "article", "id");
    const votes = [judged(row)];
    return {
      rows: [comparison({ ...sourceOf(info), id: info.id, metadata, answers: [first, second], votes, comparison: about }, options)],
    };
  },
  becomes: "a comparison of the two summaries of the post, and the worker's vote",
};

export const summarizeAxis: Shape = {
  id: "summarize_axis",
  name: "Summarize from feedback, axes",
  fields: "info, summary (with axes)",
  fits: (row) => has(row, "info", "summary") && !("summaries" in row),
  read: (row) => {
    const info = objectIn("info", row.info);
    const { text, policy, ...said } = objectIn("summary", row.summary);
    const metadata = { ...facts(info, "post", "article", "id"), ...facts(row, "info", "summary", "worker") };
    const answers = [{ field: "summary.text", value: text, model: policy, metadata: { ...said, worker: row.worker } }];
    return { rows: [unjudged({ ...sourceOf(info), id: info.id, metadata, answers })] };
  },
  becomes: "a response without votes, its scores kept as its metadata",
};
