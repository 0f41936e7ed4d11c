import type { Message, Role } from "../prompts/schema";
import { canonicalJson, type ToolCall } from "../prompts/tools";
import { RowProblem } from "./problems";
import { AS_IT_IS } from "./structure";

const SPEAKERS: Record<string, Role> = { Human: "user", Assistant: "assistant" };
const TURN = /(?:^|\n\n)(Human|Assistant):[ ]?/g;

const BEGINS = /^\s*Human:/;
const BEGINS_AS_WRITTEN = /^\n\nHuman:/;
const ANSWERS = /\n\nAssistant:/;
const WAITS = /\n\nAssistant:\s*$/;

/**
 * Whether a text is a transcript in the form of HH-RLHF: "\n\nHuman: …\n\nAssistant: …". One that only begins with
 * "Human:" is a text, as somebody may well write it.
 */
export const isTranscript = (text: string): boolean => BEGINS.test(text) && ANSWERS.test(text);

/**
 * The same of a prompt, of which it is surer: it ends where the assistant has to answer, or begins with the two line
 * breaks that HH-RLHF has and nobody types. Throws RowProblem for one that may be either.
 */
export function isPromptTranscript(field: string, text: string): boolean {
  if (!BEGINS.test(text)) return false;
  const asWritten = BEGINS_AS_WRITTEN.test(text);
  if (WAITS.test(text) || (asWritten && ANSWERS.test(text))) return true;
  if (asWritten || ANSWERS.test(text))
    throw new RowProblem(
      field,
      `may be a transcript of Human and Assistant, or a text that looks like one. For a transcript, end it on "\\n\\nAssistant:". ${AS_IT_IS}`,
    );
  return false;
}

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

/** One assistant message as a response: its text, the tools that it calls, or both. */
export type Answer = { text: string; toolCalls?: ToolCall[] };

/** `field` names the message for what is said of it. */
export function answerOf({ content, name, tool_calls }: Message, field: string): Answer {
  if (name !== undefined) throw new RowProblem(`${field}.name`, 'has no place in a response; who wrote it belongs under "models"');
  return { text: content, ...(tool_calls && { toolCalls: tool_calls }) };
}

/** Whether two messages say the same, whatever the order of keys in their tool calls. */
export const sameMessage = (one: Message | undefined, other: Message | undefined): boolean => canonicalJson(one) === canonicalJson(other);

/**
 * The prompt that two dialogues share without saying so: their longest common beginning, which leaves exactly one
 * assistant message of each. TRL finds implicit prompts in the same way (trl.extract_prompt).
 */
export function commonPrompt(chosen: Message[], rejected: Message[]): { prompt: Message[]; chosen: Answer; rejected: Answer } {
  let length = 0;
  while (length < chosen.length && length < rejected.length && sameMessage(chosen[length], rejected[length])) length++;
  if (length === chosen.length && length === rejected.length)
    throw new RowProblem("rejected", "is the same as chosen, so nothing was preferred");
  if (length === 0) throw new RowProblem("chosen", "has no beginning in common with rejected, and there is no prompt");
  const answer = (field: string, list: Message[]) => {
    const [only, ...more] = list.slice(length);
    if (only?.role === "assistant" && more.length === 0) return answerOf(only, `${field}[${length}]`);
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

/** What to ask about a prompt that was only found in the answers, when it is hardly one. */
export function promptWarning(prompt: readonly Message[]): { warning?: string } {
  const text = prompt.at(-1)?.content.trim() ?? "";
  if (/\s/.test(text)) return {};
  return {
    warning: `There is no prompt, so what both answers begin with is taken for it: "${text.slice(0, 60)}". Is the prompt in another column or file?`,
  };
}
