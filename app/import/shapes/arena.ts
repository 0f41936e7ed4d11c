import { RowProblem } from "../problems";
import { asMessages, structured } from "../structure";
import { comparison, facts } from "./build";
import { choiceOf } from "./choice";
import { has, type Row, type Shape } from "./shape";

/** A content part without the fields that it leaves empty, such as the picture of a text. */
const withoutNothing = (part: unknown) =>
  typeof part === "object" && part !== null ? Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null)) : part;

/** The two conversations up to their last answer, which must be the same: only then is the vote on those answers alone. */
function split(row: Row) {
  const [a, b] = ["conversation_a", "conversation_b"].map((field) => {
    const messages = asMessages(structured(row[field])) as Row[] | undefined;
    if (!messages) throw new RowProblem(field, "is not a list of messages");
    return messages.map(({ role, content }) => ({ role, content: Array.isArray(content) ? content.map(withoutNothing) : content }));
  }) as unknown as [Row[], Row[]];
  const differs = a.slice(0, -1).findIndex((one, index) => JSON.stringify([one.role, one.content]) !== JSON.stringify([b[index]?.role, b[index]?.content])); // prettier-ignore
  if (differs !== -1 || a.length !== b.length) throw new RowProblem("conversation_b", wholeConversations((differs === -1 ? Math.min(a.length, b.length) : differs) + 1)); // prettier-ignore
  return { prompt: a.slice(0, -1), answers: [a.slice(-1), b.slice(-1)] as const };
}

export const wholeConversations = (from: number) =>
  `differs from the other conversation from message ${from} on. People judged two whole conversations, and a comparison here has one prompt and two answers to it; such rows cannot be kept without changing what was judged`;

export const arena: Shape = {
  id: "arena",
  name: "Chatbot Arena",
  fields: "conversation_a, conversation_b, winner",
  fits: (row) => has(row, "conversation_a", "conversation_b", "winner"),
  read: (row, options) => {
    const { prompt, answers } = split(row);
    const { question_id, id, model_a, model_b, winner, judge, judge_hash, tstamp, timestamp } = row;
    const used = ["conversation_a", "conversation_b", "full_conversation", "question_id", "id", "model_a", "model_b", "winner", "judge", "judge_hash", "tstamp", "timestamp"]; // prettier-ignore
    const votes = [{ choice: choiceOf("winner", winner), by: judge ?? judge_hash, at: tstamp ?? timestamp, field: "winner" }];
    const read = comparison(
      {
        prompt,
        field: "conversation_a",
        answers: [
          { field: "conversation_a", value: answers[0], model: model_a },
          { field: "conversation_b", value: answers[1], model: model_b },
        ],
        votes,
        comparison: { id: question_id ?? id, metadata: facts(row, ...used) },
      },
      options,
    );
    return { rows: [read] };
  },
  becomes:
    "a comparison and the vote of its judge, ties and “both bad” included. Rows whose conversations differ before the last answer are bad rows",
};
