import { promptColumns, responseHash } from "../../prompts/content.server";
import { storableText, writtenText, type Message } from "../../prompts/schema";
import { jsonObject, tools, type JsonObject, type Tools } from "../../prompts/tools";
import type { Strength } from "../../votes/strength";
import { promptWarning, type Answer } from "../dialogue";
import { readAnswer, readPair, readPrompt, withSystem } from "../messages";
import { choosePairs } from "../pairs";
import { RowProblem, check, kindOf, short } from "../problems";
import { answerKey } from "../rows";
import { id, type Choice, type ImportOptions, type ImportRow, type ImportedResponse, type ImportedVote } from "../schema";
import { structured } from "../structure";
import { parseTime } from "../time";
import type { Reading, Row } from "./shape";

/** A response as a shape names it: the field that it is in, its value or what was read of it, and what else is said of it. */
export type Answered = { field: string; value?: unknown; answer?: Answer; model?: unknown; id?: unknown; metadata?: Row };
/** Somebody's judgment of two responses. Without `by` it is of somebody who is not named. */
export type Judged = {
  choice: Choice;
  strength?: Strength;
  by?: unknown;
  at?: unknown;
  reason?: unknown;
  comment?: unknown;
  metadata?: Row;
  field?: string;
};

/** What a shape says of a prompt, of whatever responses there are. */
export type Asked = { prompt: unknown; field?: string; system?: unknown; tools?: unknown; id?: unknown; metadata?: Row };

const named = id("a name");
const nothing = (value: unknown) => value === undefined || value === null || value === "";
/** A text that may be missing. */
const optionalText = (field: string, value: unknown) => (nothing(value) ? undefined : check(storableText, value, [field]));
export const optionalId = (field: string, value: unknown) => (nothing(value) ? undefined : check(named, value, [field]));

/** What else is said, as metadata: fields that say nothing are left out. */
export function facts(row: Row, ...used: string[]): JsonObject {
  const others = Object.entries(row).filter(([key, value]) => !used.includes(key) && value !== null && value !== undefined);
  return check(jsonObject, Object.fromEntries(others));
}

/** The messages that the prompt of a shape is, in which a system text may be apart. */
function promptOf({ prompt, field = "prompt", system }: Asked): Message[] {
  return withSystem(readPrompt(prompt, field), nothing(system) ? undefined : check(writtenText, system, ["system"]));
}

function responseOf({ field, value, answer, model, id, metadata }: Answered, prompt: Message[]): ImportedResponse {
  if (!answer && (value === undefined || value === null)) throw new RowProblem(field, "is missing");
  const externalId = optionalId(`id of ${field}`, id);
  const said = metadata ? facts(metadata) : {};
  return {
    model: optionalId(`model of ${field}`, model) ?? "unknown",
    ...(answer ?? readAnswer(field, value, prompt)),
    params: {},
    ...(externalId !== undefined && { externalId }),
    ...(Object.keys(said).length > 0 && { metadata: said }),
  };
}

function voteOf({ choice, strength, by, at, reason, comment, metadata, field }: Judged, options: ImportOptions): ImportedVote {
  const annotator = optionalId("annotator", by) ?? options.annotator;
  const createdAt = nothing(at) ? undefined : parseTime(at as string | number);
  const said = { reason: optionalText("reason", reason), comment: optionalText("comment", comment) };
  const more = metadata ? facts(metadata) : {};
  return {
    choice,
    ...(annotator !== undefined && { annotator }),
    ...(strength && { strength }),
    ...(createdAt && { createdAt }),
    ...(said.reason !== undefined && { reason: said.reason }),
    ...(said.comment !== undefined && { comment: said.comment }),
    ...(Object.keys(more).length > 0 && { metadata: more }),
    ...(field !== undefined && { field }),
  };
}

function offeredTools(asked: Asked): Tools | undefined {
  const offered = nothing(asked.tools) ? [] : check(tools, asked.tools, ["tools"]);
  return offered.length > 0 ? offered : undefined;
}

const rowOf = (asked: Asked, messages: Message[], responses: ImportedResponse[]): ImportRow => {
  const externalId = optionalId("id", asked.id);
  const offered = offeredTools(asked);
  return {
    ...(externalId !== undefined && { externalId }),
    messages,
    ...(offered && { tools: offered }),
    metadata: facts(asked.metadata ?? {}),
    responses,
    votes: [],
  };
};

type Compared = Asked & { answers: [Answered, Answered]; votes: Judged[]; comparison?: { id?: unknown; metadata?: Row } };

/** One comparison, with what is said of it and the votes on it. */
export function comparison({ answers, votes, comparison: about, ...asked }: Compared, options: ImportOptions): ImportRow {
  const messages = promptOf(asked);
  const responses = answers.map((answer) => responseOf(answer, messages));
  if (responses[0] && responses[1] && answerKey(responses[0]) === answerKey(responses[1]))
    throw new RowProblem(answers[1].field, `is the same as ${answers[0].field}, so there is nothing to compare`);
  const externalId = optionalId("id", about?.id);
  const metadata = facts(about?.metadata ?? {});
  const said = { ...(externalId !== undefined && { externalId }), ...(Object.keys(metadata).length > 0 && { metadata }) };
  return {
    ...rowOf(asked, messages, responses),
    ...(Object.keys(said).length > 0 && { comparison: said }),
    votes: votes.map((vote) => voteOf(vote, options)),
  };
}

type Preferred = Partial<Asked> & {
  row: Row;
  models?: [chosen: unknown, rejected: unknown];
  said?: [chosen: Row, rejected: Row];
  vote?: Partial<Judged>;
  comparison?: { id?: unknown; metadata?: Row };
};

/** A comparison of `chosen` and `rejected`, whose prompt may be only in them, and the vote for `chosen`. */
export function preferred({ row, models, said, vote, comparison: about, ...asked }: Preferred, options: ImportOptions): Reading {
  const given = asked.prompt === undefined ? undefined : promptOf({ prompt: asked.prompt, ...asked });
  const { prompt, chosen, rejected, implicit } = readPair({ prompt: given, chosen: row.chosen, rejected: row.rejected });
  const read = comparison(
    {
      prompt,
      system: given ? undefined : asked.system,
      tools: asked.tools,
      id: asked.id,
      metadata: asked.metadata,
      answers: [
        { field: "chosen", answer: chosen, model: models?.[0], metadata: said?.[0] },
        { field: "rejected", answer: rejected, model: models?.[1], metadata: said?.[1] },
      ],
      votes: [{ choice: 0, field: "chosen", ...vote }],
      comparison: about,
    },
    options,
  );
  return { rows: [read], ...(implicit && promptWarning(prompt)) };
}

/** A prompt with responses that nobody has compared. */
export function unjudged({ answers, ...asked }: Asked & { answers: Answered[] }): ImportRow {
  const messages = promptOf(asked);
  return rowOf(asked, messages, answers.map((answer) => responseOf(answer, messages))); // prettier-ignore
}

/** A response with what it was given: the higher, the better; undefined when it was given nothing. */
export type Scored = Answered & { score: number | undefined };
type Ranked = Asked & { answers: Scored[]; vote?: Omit<Judged, "choice">; comparison?: { metadata?: Row } };

/**
 * The pairs that scores or ranks imply, each with a vote: for the higher one, or a tie where both are equal. The options
 * say how many of them. Responses that are in none of these, and those without a score, come along without votes.
 */
export function ranked({ answers, vote, comparison: about, ...asked }: Ranked, options: ImportOptions): ImportRow[] {
  const messages = promptOf(asked);
  const all = answers.map((answer) => ({ score: answer.score, response: responseOf(answer, messages) }));
  const scored = all.filter(({ score }) => score !== undefined);
  // By the hashes under which they are stored, so that a draw among all that the pool holds of the prompt agrees with this one.
  const hashes = scored.map(({ response }) => ({ hash: responseHash(response.text, response.toolCalls) }));
  const pairs = choosePairs(options.pairs, promptColumns(messages, offeredTools(asked)).contentHash, hashes);
  const metadata = facts(about?.metadata ?? {});
  const rows = pairs.flatMap(([first, second]): ImportRow[] => {
    const [one, other] = [scored[first], scored[second]];
    if (!one || !other) return [];
    const choice = one.score === other.score ? "tie" : (one.score ?? 0) > (other.score ?? 0) ? 0 : 1;
    return [
      {
        ...rowOf(asked, messages, [one.response, other.response]),
        ...(Object.keys(metadata).length > 0 && { comparison: { metadata } }),
        votes: [voteOf({ ...vote, choice }, options)],
      },
    ];
  });
  const paired = new Set(pairs.flat());
  const left = all.filter((one) => !paired.has(scored.indexOf(one)));
  return [...rows, ...left.map(({ response }) => rowOf(asked, messages, [response]))];
}

/** A field that holds a list, which a table writes down as text. */
export function listIn(field: string, value: unknown): unknown[] {
  const list = structured(value);
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new RowProblem(field, `is ${kindOf(list)} where a list is due`);
  return list;
}

/** A field that holds an object, which a table writes down as text. */
export function objectIn(field: string, value: unknown): Row {
  const found = structured(value);
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Row;
  throw new RowProblem(field, found === undefined ? "is missing" : `is ${kindOf(found)} where an object {…} is due`);
}

/** A field that holds a number, which a table writes down as text; undefined when there is none. */
export function numberIn(field: string, value: unknown): number | undefined {
  if (nothing(value) || (typeof value === "string" && /^nan$/i.test(value))) return undefined;
  const found = typeof value === "number" || typeof value === "string" ? Number(value) : NaN;
  if (!Number.isFinite(found) || (typeof value === "string" && value.trim() === "")) throw new RowProblem(field, `is ${short(value)} where a number is due`); // prettier-ignore
  return found;
}

/** Which strength a number stands for, by a table; the sign says which side. Throws RowProblem for a number that is not in it. */
export function graded(field: string, value: unknown, table: Record<number, Strength>): Pick<Judged, "choice" | "strength"> | undefined {
  const score = numberIn(field, value);
  if (score === undefined) return undefined;
  if (score === 0) return { choice: "tie" };
  const strength = table[Math.abs(score)];
  if (!strength) {
    const most = Math.max(...Object.keys(table).map(Number));
    throw new RowProblem(field, `is ${score}; it goes from -${most} to ${most} in whole numbers`);
  }
  return { choice: score < 0 ? 0 : 1, strength };
}
