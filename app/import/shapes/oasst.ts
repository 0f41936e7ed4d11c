import { RowProblem } from "../problems";
import type { ImportOptions, ImportRow } from "../schema";
import { facts, listIn, numberIn, objectIn, ranked, type Scored } from "./build";
import { has, type Row, type Shape } from "./shape";

type Said = { role: string; content: string }[];
const OF_PROMPT = ["text", "role", "replies", "message_id", "parent_id", "rank", "deleted"];
const OF_REPLY = ["text", "role", "replies", "message_id", "parent_id", "deleted"];

/** Each message of a person with its answers, from the first on. Ranks count from 0, which is the best. */
function walk(node: Row, path: string, before: Said, context: { options: ImportOptions; metadata: Row }): ImportRow[] {
  const prompt = [...before, { role: "user", content: String(node.text ?? "") }];
  const replies = listIn(`${path}.replies`, node.replies).map((item, index) => ({ item: objectIn(`${path}.replies[${index}]`, item), field: `${path}.replies[${index}]` })); // prettier-ignore
  const answers = replies.filter(({ item }) => item.deleted !== true && item.role === "assistant");
  const scored = answers.map(({ item, field }): Scored => {
    const rank = numberIn(`${field}.rank`, item.rank);
    return { field: `${field}.text`, value: item.text, id: item.message_id, metadata: facts(item, ...OF_REPLY), score: rank === undefined ? undefined : -rank }; // prettier-ignore
  });
  const metadata = { ...context.metadata, ...facts(node, ...OF_PROMPT) };
  const rows = scored.length > 0 ? ranked({ prompt, id: node.message_id, metadata, answers: scored }, context.options) : [];
  const further = answers.flatMap(({ item, field }) =>
    listIn(`${field}.replies`, item.replies).flatMap((next, index) => {
      const where = `${field}.replies[${index}]`;
      const after = [...prompt, { role: "assistant", content: String(item.text ?? "") }];
      const follows = objectIn(where, next);
      return follows.deleted === true ? [] : walk(follows, where, after, context);
    }),
  );
  return [...rows, ...further];
}

export const oasst: Shape = {
  id: "oasst",
  name: "OASST trees",
  fields: "message_tree_id, prompt with replies",
  fits: (row) => has(row, "message_tree_id", "prompt"),
  read: (row, options) => {
    const metadata = facts({ message_tree_id: row.message_tree_id, tree_state: row.tree_state });
    const rows = walk(objectIn("prompt", row.prompt), "prompt", [], { options, metadata });
    if (rows.length === 0) throw new RowProblem("prompt", "has no answer of an assistant, so there is nothing to compare");
    return { rows };
  },
  becomes:
    "for each message of a person every pair of the ranked replies, with a vote for the better rank; replies without a rank come without votes",
};

export const oasstMessages: Shape = {
  id: "oasst_messages",
  name: "OASST messages",
  fields: "message_id, message_tree_id, role, text",
  fits: (row) => has(row, "message_id", "message_tree_id", "role", "text"),
  read: () => {
    throw new RowProblem("", "This is OASST's file of messages, one message a row, so that no row has a prompt with its answers. Import its file of trees (…_trees.jsonl.gz).", "file"); // prettier-ignore
  },
  becomes: "nothing: import the file of trees (`…_trees.jsonl.gz`)",
};
