import { RowProblem, listed } from "../problems";
import type { ImportOptions } from "../schema";
import { comparison, facts, listIn, objectIn, type Judged } from "./build";
import { has, type Row, type Shape } from "./shape";

const PROMPT = /^(prompt|instruction|input|question|query|context|text)$/i;
/** Names of which it is certain which was left: they differ in 1 and 2, a and b, or say so. */
const SIDES: [RegExp, RegExp][] = [
  [/[\W_]?(1|a|left)$/i, /[\W_]?(2|b|right)$/i],
  [/[\W_]?0$/, /[\W_]?1$/],
];

/** The two fields of a task that were compared, left first. Throws RowProblem when that is not certain. */
function sides(data: Row): [string, string] {
  const texts = Object.keys(data).filter((name) => typeof data[name] === "string" && !PROMPT.test(name));
  for (const [left, right] of SIDES)
    for (const one of texts) {
      const other = texts.find(
        (name) => name !== one && right.test(name) && left.test(one) && name.replace(right, "") === one.replace(left, ""),
      );
      if (other) return [one, other];
    }
  throw new RowProblem("data", `has the fields ${listed(Object.keys(data).map((name) => `"${name}"`))}; which two were compared, and which was left, is not certain. Name them answer1 and answer2`); // prettier-ignore
}

function votes(row: Row): Judged[] {
  return listIn("annotations", row.annotations).flatMap((item, index): Judged[] => {
    const annotation = objectIn(`annotations[${index}]`, item);
    const { completed_by, was_cancelled, created_at, lead_time } = annotation;
    if (was_cancelled === true) return [];
    const results = listIn(`annotations[${index}].result`, annotation.result).map((one) => objectIn("result", one));
    const found = results.filter(({ type }) => type === "pairwise");
    const field = `annotations[${index}]`;
    if (found.length > 1) throw new RowProblem(field, "has more than one pairwise result; only one can be the vote");
    if (found.length === 0) return [];
    const selected = objectIn(`${field}.result`, found[0]?.value).selected;
    const by =
      typeof completed_by === "object" && completed_by !== null ? ((completed_by as Row).email ?? (completed_by as Row).id) : completed_by;
    const texts = results.flatMap(({ value }) => ((value as Row | null)?.text as string[] | string | undefined) ?? []);
    return [
      { choice: sideOf(field, selected), by, at: created_at, reason: texts.join("\n\n") || undefined, metadata: { lead_time }, field },
    ];
  });
}

function sideOf(field: string, selected: unknown): Judged["choice"] {
  if (selected === "left") return 0;
  if (selected === "right") return 1;
  if (selected === "none" || selected === undefined || selected === null) return "tie";
  throw new RowProblem(field, `selects ${String(selected)}, which is neither left nor right`);
}

function read(row: Row, options: ImportOptions) {
  const data = objectIn("data", row.data);
  const prompt = Object.keys(data).find((name) => PROMPT.test(name));
  if (!prompt) throw new RowProblem("data", `has no prompt; it has the fields ${listed(Object.keys(data).map((name) => `"${name}"`))}`);
  const [left, right] = sides(data);
  return comparison(
    {
      prompt: data[prompt],
      field: `data.${prompt}`,
      metadata: facts(data, prompt, left, right),
      answers: [
        { field: `data.${left}`, value: data[left] },
        { field: `data.${right}`, value: data[right] },
      ],
      votes: votes(row),
      comparison: { id: row.id, metadata: facts(objectIn("meta", row.meta ?? {})) },
    },
    options,
  );
}

export const labelStudio: Shape = {
  id: "label_studio",
  name: "Label Studio, pairwise",
  fields: "data, annotations",
  fits: (row) => has(row, "data", "annotations"),
  read: (row, options) => ({ rows: [read(row, options)] }),
  becomes:
    "a comparison; each annotation that was not cancelled is a vote. Which answer was left must be certain from the names (answer1, answer2)",
};
