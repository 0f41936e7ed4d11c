import { distance } from "fastest-levenshtein";
import { RowProblem, unknownFields } from "../problems";
import { readNative } from "../rows";
import { structured } from "../structure";
import { NATIVE_FIELDS } from "../schema";
import { facts, numberIn } from "./build";
import { wholeConversations } from "./arena";
import { choiceOf } from "./choice";
import { FLAT } from "./columns";
import { has, type Row, type Shape } from "./shape";

/** How people call the two answers of a table, and the models that wrote them. */
const NAMES: [string, string][] = [
  ["response_a", "response_b"],
  ["response_1", "response_2"],
  ["response1", "response2"],
  ["answer_a", "answer_b"],
  ["answer_1", "answer_2"],
  ["output_a", "output_b"],
  ["completion_a", "completion_b"],
];
const namesOf = (row: Row) => NAMES.find(([one, other]) => one in row || other in row);
/** Where the choice stands, when there is one. */
const CHOICES = ["winner", "choice", "preference", "preferred", "label"];
const LMSYS = ["winner_model_a", "winner_model_b", "winner_tie"];
/** What else belongs to the vote. */
const OF_VOTE = ["annotator", "strength", "created_at", "comment", "reason"];

export const pairs: Shape = {
  id: "pairs",
  name: "Pairs A and B (also LMSYS on Kaggle)",
  fields: "response_a and response_b (or response_1, answer_a, output_a …)",
  fits: (row) => namesOf(row) !== undefined,
  read: (row, options) => {
    const [a, b] = namesOf(row) ?? NAMES[0] ?? ["", ""];
    if ("responses" in row) throw new RowProblem("responses", `is given twice: as a list, and as ${a} and ${b}`);
    const used = [a, b, "model_a", "model_b", "model_1", "model_2", "gold_side", "gold_strength", "id", ...CHOICES, ...LMSYS];
    refuseMistyped(Object.fromEntries(Object.entries(row).filter(([key]) => !used.includes(key))));
    const votes = votesOf(row);
    const rest = Object.fromEntries(Object.entries(row).filter(([key]) => !used.includes(key) && !(votes && OF_VOTE.includes(key))));
    const { prompt, texts } = turns(row, a, b);
    const native = {
      ...withoutFacts(rest),
      prompt,
      responses: [
        { model: row.model_a ?? row.model_1 ?? "unknown", text: texts[0] },
        { model: row.model_b ?? row.model_2 ?? "unknown", text: texts[1] },
      ],
      ...(has(row, "gold_side") && { gold: { side: numberIn("gold_side", row.gold_side), strength: row.gold_strength } }),
      ...about(row.id, rest),
      ...(votes && { votes }),
    };
    return { rows: [readNative(native, options)] };
  },
  becomes: "a comparison; `winner` (a, b, tie, both_bad …) or `winner_model_a`, `_b`, `_tie` is a vote",
};

const KNOWN = [...NATIVE_FIELDS, ...FLAT, ...OF_VOTE, ...LMSYS];
/** Fields that no form knows say something of the pair, unless one was probably meant to be another field. */
const isFact = ([name]: [string, unknown]) => !NATIVE_FIELDS.includes(name);
function refuseMistyped(row: Row): void {
  const wrong = Object.keys(row).filter((name) => !KNOWN.includes(name) && KNOWN.some((known) => distance(known, name) <= 1));
  if (wrong.length > 0) throw new RowProblem(wrong.length === 1 ? (wrong[0] ?? "") : "", unknownFields(wrong, KNOWN), "table");
}
const withoutFacts = (row: Row) => Object.fromEntries(Object.entries(row).filter((entry) => !isFact(entry)));
function about(id: unknown, row: Row): { comparison?: Row } {
  const metadata = facts(Object.fromEntries(Object.entries(row).filter(isFact)));
  const said = { ...(id !== undefined && id !== null && { external_id: id }), ...(Object.keys(metadata).length > 0 && { metadata }) };
  return Object.keys(said).length > 0 ? { comparison: said } : {};
}

function votesOf(row: Row): Row[] | undefined {
  const given = CHOICES.filter((name) => row[name] !== undefined && row[name] !== null);
  const [field, ...more] = given;
  if (more.length > 0) throw new RowProblem(more[0] ?? "", `says who won, and so does ${field}; give one of them`);
  const choice = field ? choiceOf(field, row[field]) : fromFlags(row);
  if (choice === undefined) return undefined;
  if ("votes" in row) throw new RowProblem("votes", `are given twice: as a list, and as ${field ?? LMSYS[0]}`);
  return [{ choice, ...Object.fromEntries(OF_VOTE.flatMap((name) => (name in row ? [[name, row[name]]] : []))) }];
}

/** LMSYS has three columns, one of which is 1. */
function fromFlags(row: Row): 0 | 1 | "tie" | undefined {
  if (!has(row, ...LMSYS)) return undefined;
  const flags = LMSYS.map((name) => numberIn(name, row[name]) === 1);
  if (flags.filter(Boolean).length !== 1)
    throw new RowProblem("winner_model_a", "and winner_model_b and winner_tie: exactly one of them is 1");
  return flags[0] ? 0 : flags[1] ? 1 : "tie";
}

/** A list of texts, in which LMSYS has null where a model said nothing. */
function texts(value: unknown): string[] | undefined {
  const list = structured(value);
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => item === null || typeof item === "string")) return undefined;
  return list.map((item) => (item as string | null) ?? "");
}

/** LMSYS writes each of the three as a list of turns, also within text. */
function turns(row: Row, a: string, b: string): { prompt: unknown; texts: [unknown, unknown] } {
  const [asked, one, other] = [texts(row.prompt), texts(row[a]), texts(row[b])];
  const together = asked && one && other && asked.length === one.length && asked.length === other.length;
  if (!together) return { prompt: row.prompt, texts: [row[a], row[b]] };
  const last = asked.length - 1;
  const differs = one.slice(0, last).findIndex((text, index) => text !== other[index]);
  if (differs !== -1) throw new RowProblem(b, wholeConversations(2 * differs + 2));
  const prompt = asked.flatMap((text, index) => [
    { role: "user", content: text },
    ...(index < last ? [{ role: "assistant", content: one[index] ?? "" }] : []),
  ]);
  return { prompt, texts: [one[last], other[last]] };
}
