import type { Strength } from "../../votes/strength";
import { comparison, facts, graded, listIn, numberIn, objectIn, unjudged, type Judged } from "./build";
import { has, type Row, type Shape } from "./shape";

/** Their scale, −3 (response 1 is much better) to 3, on ours. */
const STRENGTHS: Record<number, Strength> = { 1: "slightly_better", 2: "better", 3: "significantly_better" };
/** What HelpSteer2 has where a person found neither response valid. */
const NEITHER = -100;

function judged(field: string, value: unknown): Pick<Judged, "choice" | "strength"> | undefined {
  return numberIn(field, value) === NEITHER ? { choice: "both_bad" } : graded(field, value, STRENGTHS);
}

/** Each person's preference with its reasons; where there is none, the one of all of them together. */
function votes(
  list: { field: string; people: unknown[]; score: string },
  overall: { field: string; value: unknown; reason?: unknown },
): Judged[] {
  const all = list.people.flatMap((item, index): Judged[] => {
    const field = `${list.field}[${index}]`;
    const person = objectIn(field, item);
    const vote = judged(`${field}.${list.score}`, person[list.score]);
    const { reasoning, justification, statement, elaboration, feedback_1, feedback_2 } = person;
    const reason = reasoning ?? justification ?? joined(statement, elaboration);
    return vote ? [{ ...vote, reason, metadata: { feedback_1, feedback_2 }, field }] : [];
  });
  if (all.length > 0) return all;
  const together = judged(overall.field, overall.value);
  return together ? [{ ...together, reason: overall.reason, field: overall.field }] : [];
}

const joined = (...parts: unknown[]) => parts.filter((part) => typeof part === "string" && part !== "").join("\n\n") || undefined;

export const helpsteer3: Shape = {
  id: "helpsteer3",
  name: "HelpSteer3",
  fields: "context, response1, response2, overall_preference",
  fits: (row) => has(row, "context", "response1", "response2", "overall_preference"),
  read: (row, options) => {
    const people = listIn("individual_preference", row.individual_preference);
    const given = votes(
      { field: "individual_preference", people, score: "score" },
      { field: "overall_preference", value: row.overall_preference },
    );
    const answers = ["response1", "response2"].map((field) => ({ field, value: row[field] }));
    const metadata = facts(row, "context", "response1", "response2", "individual_preference", "overall_preference");
    const about = { metadata: { overall_preference: row.overall_preference } };
    return {
      rows: [
        comparison({ prompt: row.context, field: "context", metadata, answers: pair(answers), votes: given, comparison: about }, options),
      ],
    };
  },
  becomes: "a comparison; each individual preference is a vote with its reason",
};

const pair = <T>([one, other]: T[]): [T, T] => [one as T, other as T];

const SCORES = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];

export const helpsteer2: Shape = {
  id: "helpsteer2",
  name: "HelpSteer2 preferences",
  fields: "prompt, response_1, response_2, preference_strength",
  fits: (row) => has(row, "prompt", "response_1", "response_2", "preference_strength"),
  read: (row, options) => {
    const all = listIn("all_preferences_unprocessed", row.all_preferences_unprocessed);
    const field = all.length > 0 ? "all_preferences_unprocessed" : "three_most_similar_preferences";
    const people = all.length > 0 ? all : listIn(field, row[field]);
    const reason = joined(row.preference_statement, row.preference_elaboration);
    const given = votes({ field, people, score: "strength" }, { field: "preference_strength", value: row.preference_strength, reason });
    const { preference_strength, preference_statement, preference_elaboration, ...rest } = row;
    const metadata = facts(rest, "prompt", "response_1", "response_2", "all_preferences_unprocessed", "three_most_similar_preferences");
    const answers = ["response_1", "response_2"].map((name) => ({ field: name, value: row[name] }));
    const about = { metadata: { preference_strength, preference_statement, preference_elaboration } };
    return {
      rows: [comparison({ prompt: asMessages(row.prompt), metadata, answers: pair(answers), votes: given, comparison: about }, options)],
    };
  },
  becomes: "a comparison; each of `all_preferences_unprocessed` is a vote with its reason, −100 is “both bad”",
};

export const helpsteerScores: Shape = {
  id: "helpsteer_scores",
  name: "HelpSteer scores",
  fields: "prompt, response, helpfulness, correctness",
  fits: (row) => has(row, "prompt", "response", "helpfulness", "correctness"),
  read: (row) => {
    const scores: Row = Object.fromEntries(SCORES.map((name) => [name, numberIn(name, row[name])]));
    const answers = [{ field: "response", value: row.response, metadata: scores }];
    return { rows: [unjudged({ prompt: asMessages(row.prompt), metadata: facts(row, "prompt", "response", ...SCORES), answers })] };
  },
  becomes: "a response without votes, its five scores kept as its metadata",
};

const TURN = /\n?<extra_id_1>(User|Assistant)\n/g;

/** Prompts of several turns have NVIDIA's marks between them; the first turn is the user's. */
function asMessages(prompt: unknown): unknown {
  if (typeof prompt !== "string" || !/<extra_id_1>(User|Assistant)\n/.test(prompt)) return prompt;
  const pieces = prompt.split(TURN);
  const turns = [{ role: "user", content: pieces[0] ?? "" }];
  for (let index = 1; index < pieces.length; index += 2)
    turns.push({ role: pieces[index] === "User" ? "user" : "assistant", content: pieces[index + 1] ?? "" });
  const last = turns.at(-1);
  if (last?.role === "assistant" && last.content.trim() === "") turns.pop();
  return turns[0]?.content.trim() === "" ? turns.slice(1) : turns;
}
