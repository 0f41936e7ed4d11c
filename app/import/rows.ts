import { z } from "zod";
import { message, orderProblem, storableText, writtenText, type Message } from "../prompts/schema";
import { commonPrompt, commonText, isTranscript, readTranscript } from "./dialogue";
import { RowProblem, check } from "./problems";
import {
  NATIVE_FIELDS,
  PREFERENCE_FIELDS,
  nativeRow,
  preferenceRow,
  type ImportOptions,
  type ImportRow,
  type ImportedVote,
} from "./schema";

const NESTED_FIELDS = [
  "role",
  "content",
  "model",
  "text",
  "params",
  "side",
  "strength",
  "annotator",
  "edited",
  "created_at",
  "chosen",
  "rejected",
];
/** A turn in a dialogue: the last answer may be empty, because models do answer nothing. */
const turn = z.strictObject({ role: message.shape.role, content: storableText });

/** Reads one row of any accepted form. Throws RowProblem. docs/importing.md describes the forms. */
export function readRow(value: unknown, options: ImportOptions): ImportRow {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RowProblem(
      "",
      `is ${Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`}; a row is a JSON object {…}`,
    );
  return "chosen" in value || "rejected" in value ? readPreference(value, options) : readNative(value);
}

function readNative(value: object): ImportRow {
  const row = check(nativeRow, value, [], [...NATIVE_FIELDS, ...NESTED_FIELDS, "chosen", "rejected"]);
  const responses = row.responses ?? [];
  const votes = row.votes ?? [];
  const two = responses.length === 2;
  if (row.gold && !two) throw new RowProblem("gold", `speaks of two responses, but there are ${responses.length}`);
  if (votes.length > 0 && !two) throw new RowProblem("votes", `speak of two responses, but there are ${responses.length}`);
  checkVotes(votes, responses);
  checkDifferent(responses);
  return {
    externalId: row.external_id,
    messages: withSystem(readPrompt(row.prompt), row.system),
    metadata: row.metadata ?? {},
    round: row.round,
    responses,
    gold: row.gold,
    votes,
  };
}

function checkVotes(votes: ImportedVote[], responses: { text: string }[]): void {
  const seen = new Set<string>();
  for (const [index, vote] of votes.entries()) {
    if (seen.has(vote.annotator)) throw new RowProblem(`votes[${index}].annotator`, `"${vote.annotator}" votes twice on one comparison`);
    seen.add(vote.annotator);
    if (vote.edited !== undefined && vote.edited === responses[vote.side]?.text)
      throw new RowProblem(`votes[${index}].edited`, "is the same text as the response, so nothing was edited");
  }
}

function checkDifferent(responses: { text: string }[]): void {
  if (responses.length > 1 && new Set(responses.map(({ text }) => text)).size === 1)
    throw new RowProblem("responses", "are all the same text, so there is nothing to compare");
}

function readPreference(value: object, options: ImportOptions): ImportRow {
  const row = check(preferenceRow, value, [], [...PREFERENCE_FIELDS, ...NESTED_FIELDS]);
  if (row.margin !== undefined && row.margin !== 0 && row.strength === undefined)
    throw new RowProblem("margin", 'cannot be kept without a strength; give "strength", or move it under "metadata"');
  const { prompt, chosen, rejected } = readPair(row);
  const edited = readEdited(row.edited, prompt, chosen);
  const responses = [
    { model: row.models?.chosen ?? "unknown", text: chosen, params: {} },
    { model: row.models?.rejected ?? "unknown", text: rejected, params: {} },
  ];
  if (chosen === rejected) throw new RowProblem("rejected", "is the same as chosen, so nothing was preferred");
  const vote: ImportedVote = {
    annotator: row.annotator ?? options.annotator,
    side: 0,
    strength: row.strength,
    edited,
    createdAt: row.created_at,
  };
  if (row.chosen_side) vote.leftSide = row.chosen_side === "left" ? 0 : 1;
  return {
    externalId: row.external_id ?? row.id,
    messages: withSystem(prompt, row.system),
    metadata: row.metadata ?? {},
    round: row.round,
    responses,
    votes: [vote],
  };
}

function readEdited(value: unknown, prompt: Message[], chosen: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const edited = check(writtenText, readAnswer("edited", value, prompt), ["edited"]);
  if (edited === chosen) throw new RowProblem("edited", "is the same text as chosen, so nothing was edited");
  return edited;
}

type Given = { prompt?: unknown; chosen?: unknown; rejected?: unknown };

function readPair({ prompt, chosen, rejected }: Given): { prompt: Message[]; chosen: string; rejected: string } {
  for (const [field, value] of Object.entries({ chosen, rejected }))
    if (value === undefined || value === null) throw new RowProblem(field, "is missing; a preference has chosen and rejected");
  if (prompt !== undefined && prompt !== null) {
    const messages = readPrompt(prompt);
    return { prompt: messages, chosen: readAnswer("chosen", chosen, messages), rejected: readAnswer("rejected", rejected, messages) };
  }
  if (typeof chosen === "string" && typeof rejected === "string" && !isTranscript(chosen)) {
    const found = commonText(check(storableText, chosen, ["chosen"]), check(storableText, rejected, ["rejected"]));
    return { ...found, prompt: [{ role: "user", content: found.prompt }] };
  }
  const found = commonPrompt(readDialogue("chosen", chosen), readDialogue("rejected", rejected));
  return { ...found, prompt: checkOrder(found.prompt) };
}

function readDialogue(field: string, value: unknown): Message[] {
  const list = typeof value === "string" ? readTranscript(value, { keepLast: true }) : value;
  return check(z.array(turn), list, [field], NESTED_FIELDS);
}

/** The one answer in a text, a list of messages that holds only it, or a dialogue that begins with the prompt. */
function readAnswer(field: string, value: unknown, prompt: Message[]): string {
  if (typeof value === "string" && !isTranscript(value)) return check(storableText, value, [field]);
  const dialogue = readDialogue(field, value);
  const rest = dialogue.length > 1 ? withoutPrompt(field, dialogue, prompt) : dialogue;
  const [only, ...more] = rest;
  if (only?.role !== "assistant" || more.length > 0) throw new RowProblem(field, "is not one assistant message, alone or after the prompt");
  return only.content;
}

function withoutPrompt(field: string, dialogue: Message[], prompt: Message[]): Message[] {
  for (const [index, { role, content }] of prompt.entries())
    if (dialogue[index]?.role !== role || dialogue[index]?.content !== content)
      throw new RowProblem(`${field}[${index}]`, "differs from the prompt; give the answer alone, or the prompt followed by it");
  return dialogue.slice(prompt.length);
}

function readPrompt(value: unknown): Message[] {
  if (value === undefined || value === null) throw new RowProblem("prompt", "is missing");
  if (typeof value === "string")
    return isTranscript(value)
      ? checkOrder(check(z.array(message), readTranscript(value, { keepLast: false }), ["prompt"]))
      : [{ role: "user", content: check(writtenText, value, ["prompt"]) }];
  if (!Array.isArray(value)) throw new RowProblem("prompt", "is neither a text nor a list of messages");
  return checkOrder(check(z.array(message).max(1000), value, ["prompt"], NESTED_FIELDS));
}

function checkOrder(messages: Message[]): Message[] {
  const problem = orderProblem(messages.map(({ role }) => role));
  if (problem) throw new RowProblem("prompt", problem);
  return messages;
}

function withSystem(messages: Message[], system: string | undefined): Message[] {
  if (system === undefined) return messages;
  if (messages[0]?.role === "system") throw new RowProblem("system", "is given twice: here, and as the first message of the prompt");
  return [{ role: "system", content: system }, ...messages];
}
