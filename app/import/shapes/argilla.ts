import { RowProblem, listed } from "../problems";
import type { ImportOptions, ImportRow } from "../schema";
import { structured } from "../structure";
import { comparison, facts, listIn, numberIn, objectIn, ranked, type Answered, type Judged } from "./build";
import { has, type Row, type Shape } from "./shape";

const PROMPT = /^(prompt|instruction|input|question|query|context|conversation|chat|messages)$/i;
const ANSWER = /^(response|answer|completion|output|generation|reply|chosen|rejected|candidate)/i;

type Given = { question: string; value: unknown; by: unknown };

/** What people answered, by question, in Argilla 2's form: {"preference": [{"value", "user_id", "status"}]}. */
function given(responses: Row): Given[] {
  return Object.entries(responses).flatMap(([question, list]) =>
    listIn(`responses.${question}`, list).flatMap((item, index) => {
      const { value, user_id, status } = objectIn(`responses.${question}[${index}]`, item);
      return status === "draft" || status === "discarded" ? [] : [{ question, value, by: user_id }];
    }),
  );
}

/** Argilla 1 has one entry per person: {"user_id", "status", "values": {"preference": {"value"}}}. */
function givenByPerson(responses: unknown[]): Given[] {
  return responses.flatMap((item, index) => {
    const { user_id, status, values } = objectIn(`responses[${index}]`, item);
    if (status === "draft" || status === "discarded") return [];
    const answered = Object.entries(objectIn(`responses[${index}].values`, values ?? {}));
    return answered.map(([question, answer]) => ({ question, value: (answer as Row | null)?.value ?? answer, by: user_id }));
  });
}

/** A value that names a field: itself, by another way of writing it, or by its place. */
function fieldNamed(value: unknown, fields: string[]): number {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return typeof value === "string" ? fields.findIndex((field) => plain(field) === plain(value)) : -1;
}

function choice(value: unknown, fields: string[]): Judged["choice"] | undefined {
  const place = fieldNamed(value, fields);
  if (place === 0 || place === 1) return place;
  if (typeof value === "string" && /^(tie|equal|same|both[ _]?good)$/i.test(value)) return "tie";
  return typeof value === "string" && /^both[ _]?bad$/i.test(value) ? "both_bad" : undefined;
}

/** A ranking of the fields: [{"value": "response-1", "rank": 1}, …]. */
function ranks(value: unknown, fields: string[]): (number | undefined)[] | undefined {
  const list = structured(value);
  if (!Array.isArray(list) || list.length < 2) return undefined;
  const found = list.map((item) => ({ place: fieldNamed((item as Row | null)?.value, fields), rank: (item as Row | null)?.rank }));
  if (found.some(({ place }) => place === -1)) return undefined;
  return fields.map((_, place) => numberIn("rank", found.find((one) => one.place === place)?.rank));
}

function read(row: Row, options: ImportOptions): ImportRow[] {
  const fields = objectIn("fields", row.fields);
  const prompt = Object.keys(fields).find((name) => PROMPT.test(name));
  const answers = Object.keys(fields).filter((name) => ANSWER.test(name) && name !== prompt);
  if (!prompt || answers.length < 2)
    throw new RowProblem("fields", `are ${listed(Object.keys(fields).map((name) => `"${name}"`))}; a prompt and two or more responses are needed, such as "prompt", "response1" and "response2"`); // prettier-ignore
  const responses = structured(row.responses) ?? {};
  const said = Array.isArray(responses) ? givenByPerson(responses) : given(objectIn("responses", responses));
  const metadata = { ...facts(objectIn("metadata", row.metadata ?? {})), ...facts(fields, prompt, ...answers) };
  const asked = { prompt: fields[prompt], field: `fields.${prompt}`, id: row.external_id ?? row.id, metadata };
  const answered: Answered[] = answers.map((name) => ({ field: `fields.${name}`, value: fields[name] }));
  const rankings = said.flatMap(({ question, value, by }) => {
    const scores = ranks(value, answers)?.map((rank) => (rank === undefined ? undefined : -rank));
    return scores ? [{ scores, by, question }] : [];
  });
  if (rankings.length > 0)
    return rankings.flatMap(({ scores, by }) => ranked({ ...asked, answers: answered.map((one, index) => ({ ...one, score: scores[index] })), vote: { by } }, options)); // prettier-ignore
  const [one, other, ...more] = answered;
  if (!one || !other || more.length > 0)
    return ranked({ ...asked, answers: answered.map((each) => ({ ...each, score: undefined })) }, options);
  return [comparison({ ...asked, answers: [one, other], votes: votes(said, answers) }, options)];
}

/** The votes on two responses, each with what its person wrote into the other questions. */
function votes(said: Given[], answers: string[]): Judged[] {
  const found = said.flatMap(({ question, value, by }) => {
    const better = choice(value, answers);
    return better === undefined ? [] : [{ question, by, better }];
  });
  const questions = [...new Set(found.map(({ question }) => question))];
  if (questions.length > 1) throw new RowProblem("responses", `answer which is better in ${listed(questions)}; only one question can be the vote. Remove the others`); // prettier-ignore
  if (found.length === 0 && said.length > 0) throw new RowProblem("responses", `do not say which of ${listed(answers)} is better`);
  return found.map(({ question, by, better }) => {
    const others = said.filter((one) => one.by === by && one.question !== question);
    const texts = others.flatMap(({ value }) => (typeof value === "string" ? value : []));
    const metadata = Object.fromEntries(others.filter(({ value }) => typeof value !== "string").map((one) => [one.question, one.value]));
    return { choice: better, by, reason: texts.join("\n\n") || undefined, metadata, field: `responses.${question}` };
  });
}

export const argilla: Shape = {
  id: "argilla",
  name: "Argilla records",
  fields: "fields, responses",
  fits: (row) => has(row, "fields", "responses"),
  read: (row, options) => ({ rows: read(row, options) }),
  becomes:
    "a comparison with the submitted votes (a label that names a field), or every pair of a ranking. Drafts and suggestions are left out; what people wrote is the reason of their vote",
};
