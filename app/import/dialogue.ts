import type { Message, Role } from "../prompts/schema";
import { RowProblem } from "./problems";

const SPEAKERS: Record<string, Role> = { Human: "user", Assistant: "assistant" };
const TURN = /(?:^|\n\n)(Human|Assistant):[ ]?/g;

/** Whether a text is a transcript in the form of HH-RLHF: "\n\nHuman: …\n\nAssistant: …". */
export const isTranscript = (text: string): boolean => /^\s*Human:/.test(text);

/** The turns of an HH-RLHF transcript. A last "Assistant:" with nothing behind it, which waits for an answer, is left out. */
export function readTranscript(text: string, { keepLast }: { keepLast: boolean }): Message[] {
  const trimmed = text.replace(/^\s+(?=Human:)/, "");
  const marks = [...trimmed.matchAll(TURN)];
  const turns = marks.map((mark, index) => ({
    role: SPEAKERS[mark[1] ?? ""] ?? "user",
    content: trimmed.slice(mark.index + mark[0].length, marks[index + 1]?.index),
  }));
  const last = turns.at(-1);
  return !keepLast && last?.role === "assistant" && last.content.trim() === "" ? turns.slice(0, -1) : turns;
}

const same = (one: Message | undefined, other: Message | undefined) => one?.role === other?.role && one?.content === other?.content;

/**
 * The prompt that two dialogues share without saying so: their longest common beginning, which leaves exactly one
 * assistant message of each. TRL finds implicit prompts in the same way (trl.extract_prompt).
 */
export function commonPrompt(chosen: Message[], rejected: Message[]): { prompt: Message[]; chosen: string; rejected: string } {
  let length = 0;
  while (length < chosen.length && length < rejected.length && same(chosen[length], rejected[length])) length++;
  if (length === chosen.length && length === rejected.length)
    throw new RowProblem("rejected", "is the same as chosen, so nothing was preferred");
  if (length === 0) throw new RowProblem("chosen", "has no beginning in common with rejected, and there is no prompt");
  const answer = (field: string, list: Message[]) => {
    const [only, ...more] = list.slice(length);
    if (only?.role === "assistant" && more.length === 0) return only.content;
    throw new RowProblem(
      field,
      `differs from the other dialogue from message ${length + 1} on; the two may differ in their last answer only`,
    );
  };
  return { prompt: chosen.slice(0, length), chosen: answer("chosen", chosen), rejected: answer("rejected", rejected) };
}

/**
 * The prompt that two texts share without saying so: what both begin with, up to the last white space, so that no word
 * is cut in two.
 */
export function commonText(chosen: string, rejected: string): { prompt: string; chosen: string; rejected: string } {
  let length = 0;
  while (length < chosen.length && length < rejected.length && chosen[length] === rejected[length]) length++;
  const cut = chosen.slice(0, length).search(/\s\S*$/) + 1;
  const prompt = chosen.slice(0, cut);
  if (prompt.trim() === "")
    throw new RowProblem("prompt", "is missing, and chosen and rejected have no beginning in common to take for it");
  return { prompt: prompt.trimEnd(), chosen: chosen.slice(cut), rejected: rejected.slice(cut) };
}
