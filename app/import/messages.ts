import { z } from "zod";
import { message, orderProblem, storableText, turn, writtenText, type Message } from "../prompts/schema";
import { answerOf, commonPrompt, commonText, isPromptTranscript, isTranscript, readTranscript, sameMessage, type Answer } from "./dialogue";
import { RowProblem, check } from "./problems";
import { readTurns, refuseTurns } from "./structure";

/** What a pair of answers says: the prompt, the two answers, and whether the prompt was only found in them. */
export type Pair = { prompt: Message[]; chosen: Answer; rejected: Answer; implicit: boolean };
type Given = { prompt?: unknown; chosen?: unknown; rejected?: unknown };

/** Reads a prompt: a text, messages, or a transcript. Throws RowProblem. */
export function readPrompt(value: unknown, field = "prompt"): Message[] {
  if (value === undefined || value === null) throw new RowProblem(field, "is missing");
  const turns = readTurns(field, value);
  if (typeof turns === "string" && isPromptTranscript(field, turns))
    return checkOrder(check(z.array(message), readTranscript(turns, { keepLast: false }), [field]), field);
  refuseTurns(field, turns);
  if (typeof turns === "string") return [{ role: "user", content: check(writtenText, turns, [field]) }];
  return checkOrder(check(z.array(message).max(1000, "has more than 1,000 messages"), turns, [field]), field);
}

function checkOrder(messages: Message[], field = "prompt"): Message[] {
  const problem = orderProblem(messages);
  if (problem) throw new RowProblem(field, problem);
  return messages;
}

export function withSystem(messages: Message[], system: string | undefined): Message[] {
  if (system === undefined) return messages;
  if (messages[0]?.role === "system") throw new RowProblem("system", "is given twice: here, and as the first message of the prompt");
  return [{ role: "system", content: system }, ...messages];
}

function readDialogue(field: string, value: unknown): Message[] {
  const list = typeof value === "string" ? readTranscript(value, { keepLast: true }) : value;
  refuseTurns(field, list);
  return check(z.array(turn), list, [field]);
}

/** The one answer in a text, a list of messages that holds only it, or a dialogue that begins with the prompt. */
export function readAnswer(field: string, value: unknown, prompt: Message[]): Answer {
  const turns = readTurns(field, value);
  if (typeof turns === "string" && !isTranscript(turns)) return { text: check(storableText, turns, [field]) };
  const dialogue = readDialogue(field, turns);
  const rest = dialogue.length > 1 ? withoutPrompt(field, dialogue, prompt) : dialogue;
  const [only, ...more] = rest;
  if (only?.role !== "assistant" || more.length > 0) throw new RowProblem(field, "is not one assistant message, alone or after the prompt");
  return answerOf(only, `${field}[${dialogue.length - 1}]`);
}

function withoutPrompt(field: string, dialogue: Message[], prompt: Message[]): Message[] {
  for (const [index, one] of prompt.entries())
    if (!sameMessage(dialogue[index], one))
      throw new RowProblem(`${field}[${index}]`, "differs from the prompt; give the answer alone, or the prompt followed by it");
  return dialogue.slice(prompt.length);
}

/** The prompt and the two answers of a preference, whose prompt may be only in the answers. Throws RowProblem. */
export function readPair({ prompt, chosen, rejected }: Given): Pair {
  for (const [field, value] of Object.entries({ chosen, rejected }))
    if (value === undefined || value === null) throw new RowProblem(field, "is missing; a preference has chosen and rejected");
  if (prompt !== undefined && prompt !== null) {
    const messages = readPrompt(prompt);
    const answers = { chosen: readAnswer("chosen", chosen, messages), rejected: readAnswer("rejected", rejected, messages) };
    return { prompt: messages, ...answers, implicit: false };
  }
  const [one, other] = [readTurns("chosen", chosen), readTurns("rejected", rejected)];
  if (typeof one === "string" && typeof other === "string" && !isTranscript(one)) {
    const found = commonText(check(storableText, one, ["chosen"]), check(storableText, other, ["rejected"]));
    return {
      prompt: [{ role: "user", content: found.prompt }],
      chosen: { text: found.chosen },
      rejected: { text: found.rejected },
      implicit: true,
    };
  }
  const found = commonPrompt(readDialogue("chosen", one), readDialogue("rejected", other));
  return { ...found, prompt: checkOrder(found.prompt), implicit: false };
}
