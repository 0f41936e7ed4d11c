import { RowProblem } from "../problems";
import { facts, listIn, numberIn, objectIn, ranked } from "./build";
import { has, type Row, type Shape } from "./shape";

type Turn = { asked: string; answers: Row[] };

/** The turns of a conversation: what the person wrote, and the answers that were scored. */
function turnsOf(history: Row[]): Turn[] {
  const turns: Turn[] = [];
  for (const [index, entry] of history.entries()) {
    if (entry.role === "user") turns.push({ asked: String(entry.content ?? ""), answers: [] });
    else if (entry.role === "model" && turns.length > 0) turns.at(-1)?.answers.push({ ...entry, at: index });
    else throw new RowProblem(`conversation_history[${index}]`, "is neither what the person wrote nor the answer of a model to it");
  }
  return turns;
}

const USED = ["conversation_history", "conversation_id", "user_id", "opening_prompt", "generated_datetime"];

export const prism: Shape = {
  id: "prism",
  name: "PRISM conversations",
  fields: "conversation_id, user_id, conversation_history",
  fits: (row) => has(row, "conversation_id", "conversation_history"),
  read: (row, options) => {
    const history = listIn("conversation_history", row.conversation_history).map((item, index) =>
      objectIn(`conversation_history[${index}]`, item),
    );
    const metadata = { conversation_id: row.conversation_id, ...facts(row, ...USED) };
    const prompt: { role: string; content: string }[] = [];
    const rows = turnsOf(history).flatMap(({ asked, answers }, turn) => {
      prompt.push({ role: "user", content: asked });
      const scored = answers.map(({ at, content, model_name, score, ...said }) => ({
        field: `conversation_history[${Number(at)}]`,
        value: content,
        model: model_name,
        metadata: facts({ ...said, score }, "role", "turn"),
        score: numberIn(`conversation_history[${Number(at)}].score`, score),
      }));
      const made = ranked(
        { prompt: [...prompt], metadata: { ...metadata, turn }, answers: scored, vote: { by: row.user_id, at: row.generated_datetime } },
        options,
      );
      const chosen = answers.find(({ if_chosen }) => if_chosen === true);
      if (chosen) prompt.push({ role: "assistant", content: String(chosen.content ?? "") });
      return made;
    });
    return { rows };
  },
  becomes: "for each turn every pair of the answers, with the person's vote for the one of the higher score; a tie where they are equal",
};

/** Files that lie beside the conversations, and say less than them. */
export const prismUtterances: Shape = {
  id: "prism_utterances",
  name: "PRISM utterances",
  fields: "utterance_id, conversation_id, model_response",
  fits: (row) => has(row, "utterance_id", "conversation_id", "model_response"),
  read: () => {
    throw new RowProblem("", "This is PRISM's utterances.jsonl, one answer a row, without what was said before. Import conversations.jsonl, which has the same judgments.", "file"); // prettier-ignore
  },
  becomes: "nothing: import `conversations.jsonl`, which has the same judgments",
};
