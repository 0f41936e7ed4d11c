import type { z } from "zod";
import { writtenText, type Message } from "../prompts/schema";
import { canonicalJson, jsonObject, type JsonObject, type Tools } from "../prompts/tools";
import { withExtra, withReleased } from "./details";
import type { Answer } from "./dialogue";
import { readAnswer, readPair, readPrompt, withSystem } from "./messages";
import { RowProblem, check, listed, unknownFields } from "./problems";
import {
  NATIVE_FIELDS,
  PREFERENCE_FIELDS,
  nativeRow,
  preferenceRow,
  voteInput,
  type ImportOptions,
  type ImportRow,
  type ImportedVote,
} from "./schema";
import type { Row } from "./shapes/shape";
import { readTurns, structured } from "./structure";

/** Fields that hold lists and objects, which tables write down as text. */
const STRUCTURED = ["metadata", "responses", "gold", "votes", "models", "comparison", "tools", "vote_metadata", "details"];

/**
 * A row with the fields that its form knows, and the others, for its metadata. Unless the options say so these are
 * refused, all of them at once.
 */
export function splitRow(given: Row, known: readonly string[], options: ImportOptions): { rest: Row; extra: JsonObject } {
  const row = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, STRUCTURED.includes(key) ? structured(value) : value]));
  const isKnown = ([key]: [string, unknown]) => known.includes(key);
  const others = Object.entries(row).filter((entry) => !isKnown(entry) && entry[1] !== undefined);
  const rest = Object.fromEntries(Object.entries(row).filter(isKnown));
  if (options.unknownFields === "metadata") return { rest, extra: check(jsonObject, Object.fromEntries(others)) };
  const names = others.filter(([, value]) => value !== null).map(([key]) => key);
  if (names.length === 0) return { rest, extra: {} };
  throw new RowProblem(names.length === 1 ? (names[0] ?? "") : "", hint(row, names) ?? unknownFields(names, known), "table");
}

/** Names under which other people keep their prompts and answers. */
const PROMPT_LIKE = /^(question|instruction|input|query|context|conversations?|messages|post|text|user|human|task)$/i;
const ANSWER_LIKE = /^(answers?|completions?|outputs?|response.*|generations?|reply|replies|candidates?)$/i;

/** What to do where the prompt of a row seems to be there under another name. */
function hint(row: Row, others: string[]): string | undefined {
  const quoted = (names: string[]) => listed(names.map((name) => `"${name}"`));
  const media = others.filter((name) => /^(image|video|audio)s?$/i.test(name));
  if (media.length > 0) return `${quoted(media)}: only text is taken. Where an answer can be judged without it, leave ${quoted(media)} out`;
  const prompts = others.filter((name) => PROMPT_LIKE.test(name));
  if (prompts.length === 0 || (row.prompt !== undefined && row.prompt !== null)) return undefined;
  const answers = others.filter((name) => ANSWER_LIKE.test(name));
  const give = answers.length > 0 ? ` Give the answers in ${quoted(answers)} as "responses", or as "chosen" and "rejected".` : "";
  const names = others.filter((name) => !prompts.includes(name) && !answers.includes(name));
  const more = names.length > 0 ? ` Other fields that are not known: ${quoted(names)}.` : "";
  return `There is no prompt; is it in ${quoted(prompts)}? Name that field "prompt".${give}${more}`;
}

/** Reads a prompt with its responses: Tiebreak's own row. Throws RowProblem. */
export function readNative(value: Row, options: ImportOptions): ImportRow {
  const { rest, extra } = splitRow(value, NATIVE_FIELDS, options);
  const row = check(nativeRow, rest);
  const messages = withSystem(readPrompt(row.prompt), row.system);
  const responses = (row.responses ?? []).map((response, index) => ({ ...response, ...plainAnswer(index, response, messages) }));
  const given = row.votes ?? [];
  const two = responses.length === 2;
  if (row.gold && !two) throw new RowProblem("gold", `speaks of two responses, but there are ${responses.length}`);
  if (given.length > 0 && !two) throw new RowProblem("votes", `speak of two responses, but there are ${responses.length}`);
  if (row.comparison && !two) throw new RowProblem("comparison", `speaks of two responses, but there are ${responses.length}`);
  checkDifferent(responses);
  return {
    externalId: row.external_id,
    messages,
    ...toolsOf(row),
    metadata: withExtra(row.metadata, extra),
    round: row.round,
    responses,
    gold: row.gold,
    ...(row.comparison && { comparison: { externalId: row.comparison.external_id, metadata: row.comparison.metadata } }),
    ...readVotes(given, responses),
  };
}

/** A response whose text is the notation of a message is that message. */
function plainAnswer(index: number, { text, toolCalls }: Answer, prompt: Message[]): Answer {
  const field = `responses[${index}].text`;
  return toolCalls || readTurns(field, text) === text ? { text, toolCalls } : readAnswer(field, text, prompt);
}

const toolsOf = ({ tools }: { tools?: Tools }) => (tools && tools.length > 0 ? { tools } : {});

/** A vote that cannot be read, or that says nothing, costs no other. */
function readVotes(given: unknown[], responses: Answer[]): Pick<ImportRow, "votes" | "badVotes"> {
  const votes: ImportedVote[] = [];
  const badVotes: { field: string; reason: string }[] = [];
  for (const [index, value] of given.entries()) {
    const field = `votes[${index}]`;
    try {
      const vote: ImportedVote = { ...check(voteInput, value, ["votes", index]), field };
      checkEdited(vote, responses, `${field}.edited`);
      votes.push(vote);
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      badVotes.push({ field: error.field, reason: error.reason });
    }
  }
  return badVotes.length > 0 ? { votes, badVotes } : { votes };
}

function checkEdited({ edited, choice }: ImportedVote, responses: Answer[], field: string): void {
  const response = typeof choice === "number" ? responses[choice] : undefined;
  if (edited === undefined || !response) return;
  if (response.toolCalls) throw new RowProblem(field, "is an edit of a response with tool calls; such responses are graded, not edited");
  if (edited === response.text) throw new RowProblem(field, "is the same text as the response, so nothing was edited");
}

/** What makes an answer another one. */
export const answerKey = ({ text, toolCalls }: Answer) => `${text}\u0000${toolCalls ? canonicalJson(toolCalls) : ""}`;

function checkDifferent(responses: Answer[]): void {
  if (responses.length > 1 && new Set(responses.map(answerKey)).size === 1)
    throw new RowProblem("responses", "are all the same text, so there is nothing to compare");
}

/** Reads a preference, as TRL and HH-RLHF have it and as our own releases write it. Throws RowProblem. */
export function readPreference(value: Row, options: ImportOptions): ImportRow & { implicit: boolean } {
  const { rest, extra } = splitRow(value, PREFERENCE_FIELDS, options);
  const row = check(preferenceRow, rest);
  if (row.margin !== undefined && row.margin !== 0 && row.strength === undefined)
    throw new RowProblem("margin", 'cannot be kept without a strength; give "strength", or move it under "metadata"');
  const { prompt, chosen, rejected, implicit } = readPair(row);
  const responses = [
    { model: row.models?.chosen ?? "unknown", ...chosen, params: {} },
    { model: row.models?.rejected ?? "unknown", ...rejected, params: {} },
  ];
  if (answerKey(chosen) === answerKey(rejected)) throw new RowProblem("rejected", "is the same as chosen, so nothing was preferred");
  const read = {
    externalId: row.external_id ?? row.id,
    messages: withSystem(prompt, row.system),
    ...toolsOf(row),
    metadata: withExtra(row.metadata, extra),
    round: row.round,
    responses,
    votes: [preferenceVote(row, prompt, responses)],
    implicit,
  };
  return withReleased(read, row.details);
}

/** `chosen` is the first response. */
function preferenceVote(row: z.infer<typeof preferenceRow>, prompt: Message[], responses: Answer[]): ImportedVote {
  const { annotator, strength, comment, reason } = row;
  const edited = row.edited === undefined || row.edited === null ? undefined : readEdited(row.edited, prompt);
  const vote: ImportedVote = { choice: 0, annotator, strength, comment, reason, edited, field: "chosen" };
  if (row.created_at) vote.createdAt = row.created_at;
  if (row.vote_id) vote.externalId = row.vote_id;
  if (row.vote_metadata) vote.metadata = row.vote_metadata;
  if (row.chosen_side) vote.leftSide = row.chosen_side === "left" ? 0 : 1;
  checkEdited(vote, responses, "edited");
  return vote;
}

function readEdited(value: unknown, prompt: Message[]): string {
  const { text, toolCalls } = readAnswer("edited", value, prompt);
  if (toolCalls) throw new RowProblem("edited", "calls tools; an edit is a text");
  return check(writtenText, text, ["edited"]);
}
