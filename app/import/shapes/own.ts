import { z } from "zod";
import { TIES } from "../../votes/strength";
import { check, RowProblem } from "../problems";
import { readNative, readPreference } from "../rows";
import type { ImportOptions, ImportRow } from "../schema";
import { structured } from "../structure";
import { promptWarning } from "../dialogue";
import { has, type Row, type Shape } from "./shape";

export const native: Shape = {
  id: "tiebreak",
  name: "Tiebreak",
  fields: "prompt, and responses where there are some",
  fits: () => true,
  read: (row, options) => ({ rows: [readNative(row, options)] }),
  becomes: "a prompt with its responses, known answer and votes",
};

/** What is said of `a` and `b`, as if of chosen and rejected. */
function renamed(value: unknown): unknown {
  const found = structured(value);
  if (typeof found !== "object" || found === null) return found;
  return Object.fromEntries(
    Object.entries(found).map(([name, said]) => [name === "a" ? "chosen" : name === "b" ? "rejected" : name, said as unknown]),
  );
}

/** A tie is a preference for neither: `a` stands where chosen would. */
function readTie({ tie, a, b, a_side, models, details, split: _, ...row }: Row, options: ImportOptions): ImportRow {
  const choice = check(z.enum(TIES, { error: `is none of ${TIES.join(", ")}` }), tie, ["tie"]);
  for (const field of ["strength", "edited", "margin"])
    if (row[field] !== undefined && row[field] !== null) throw new RowProblem(field, `speaks of a better response, but the row is a tie`);
  const sides = { chosen: a, rejected: b, chosen_side: a_side, models: renamed(models), details: renamed(details) };
  const { implicit: _implicit, votes, ...read } = readPreference({ ...row, ...sides }, options);
  return { ...read, votes: votes.map((vote) => ({ ...vote, choice })) };
}

export const ties: Shape = {
  id: "ties",
  name: "Ties of our releases",
  fields: "tie, a, b",
  fits: (row) => has(row, "tie", "a", "b"),
  read: (row, options) => ({ rows: [readTie(row, options)] }),
  becomes: "a comparison and a vote that neither is better",
};

export const preference: Shape = {
  id: "preference",
  name: "Preferences (TRL, HH-RLHF, our releases)",
  fields: "chosen, rejected",
  fits: (row) => "chosen" in row || "rejected" in row,
  read: (row, options) => {
    const { implicit, ...read } = readPreference(row, options);
    return { rows: [read], ...(implicit && promptWarning(read.messages)) };
  },
  becomes: "a comparison and a vote for `chosen`",
};
