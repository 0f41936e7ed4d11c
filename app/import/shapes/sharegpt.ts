import { RowProblem } from "../problems";
import { asMessages, structured } from "../structure";
import { facts, preferred, unjudged } from "./build";
import { has, type Row, type Shape } from "./shape";

/** ShareGPT says `conversations`, OpenAI's fine-tuning `messages`. */
const fieldOf = (row: Row) => ("conversations" in row ? "conversations" : "messages");
const kto = ["kto_tag", "label"];

function dialogue(row: Row): { field: string; messages: Row[] } {
  const field = fieldOf(row);
  const messages = asMessages(structured(row[field])) as Row[] | undefined;
  if (!messages)
    throw new RowProblem(field, 'is not a list of turns such as {"from": "human", "value": "…"} or {"role": "user", "content": "…"}');
  return { field, messages };
}

export const sharegptPreference: Shape = {
  id: "sharegpt_preference",
  name: "ShareGPT preferences (LLaMA-Factory)",
  fields: "conversations, chosen, rejected",
  fits: (row) => has(row, "conversations", "chosen", "rejected"),
  read: (row, options) => {
    const { field, messages } = dialogue(row);
    const { system, id, tools } = row;
    const metadata = facts(row, field, "chosen", "rejected", "system", "id", "tools");
    return preferred({ row, prompt: messages, field, system, id, tools: structured(tools), metadata }, options);
  },
  becomes: "a comparison and a vote for `chosen`",
};

export const sharegpt: Shape = {
  id: "sharegpt",
  name: "ShareGPT and chat dialogues",
  fields: "conversations, or messages, without prompt",
  fits: (row) => (has(row, "conversations") || has(row, "messages")) && !has(row, "prompt") && !has(row, "chosen"),
  read: (row) => {
    const { field, messages } = dialogue(row);
    const last = messages.at(-1);
    const answered = last?.role === "assistant";
    const prompt = answered ? messages.slice(0, -1) : messages;
    const said = Object.fromEntries(kto.map((name) => [name, row[name]]));
    const answers = answered ? [{ field: `${field}[${messages.length - 1}]`, value: [last], model: row.model, metadata: said }] : [];
    const used = [field, "system", "id", "tools", "model", ...(answered ? kto : [])];
    return {
      rows: [
        unjudged({ prompt, field, system: row.system, id: row.id, tools: structured(row.tools), metadata: facts(row, ...used), answers }),
      ],
    };
  },
  becomes: "a prompt with the last answer as its one response, without votes",
};
