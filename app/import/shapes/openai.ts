import { RowProblem } from "../problems";
import { facts, listIn, objectIn, preferred } from "./build";
import { has, type Shape } from "./shape";

export const openai: Shape = {
  id: "openai_preference",
  name: "OpenAI preference fine-tuning",
  fields: "input (with messages), preferred_output, non_preferred_output",
  fits: (row) => has(row, "input", "preferred_output", "non_preferred_output"),
  read: (row, options) => {
    const { messages, tools, ...input } = objectIn("input", row.input);
    if (messages === undefined) throw new RowProblem("input.messages", "is missing");
    const given = {
      chosen: listIn("preferred_output", row.preferred_output),
      rejected: listIn("non_preferred_output", row.non_preferred_output),
    };
    const metadata = { ...facts(input), ...facts(row, "input", "preferred_output", "non_preferred_output") };
    const { rows } = preferred(
      { row: given, prompt: messages, field: "input.messages", metadata, tools: listIn("input.tools", tools) },
      options,
    );
    return { rows };
  },
  becomes: "a comparison and a vote for `preferred_output`; tools are kept",
};
