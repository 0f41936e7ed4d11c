import { RowProblem } from "../problems";
import { comparison, facts, listIn, preferred } from "./build";
import { has, type Shape } from "./shape";

export const rewardbench: Shape = {
  id: "rewardbench",
  name: "RewardBench",
  fields: "prompt, chosen, rejected, chosen_model, rejected_model",
  fits: (row) => has(row, "prompt", "chosen", "rejected", "chosen_model", "rejected_model"),
  read: (row, options) => {
    const { id, subset, chosen_model, rejected_model } = row;
    const metadata = facts(row, "prompt", "chosen", "rejected", "chosen_model", "rejected_model", "id", "subset");
    const models: [unknown, unknown] = [chosen_model, rejected_model];
    const { rows } = preferred({ row, prompt: row.prompt, metadata, models, comparison: { id, metadata: { subset } } }, options);
    return { rows };
  },
  becomes: "a comparison and a vote for `chosen`",
};

export const rewardbench2: Shape = {
  id: "rewardbench2",
  name: "RewardBench 2",
  fields: "prompt, chosen (a list), rejected (a list), num_correct",
  fits: (row) => has(row, "prompt", "chosen", "rejected", "num_correct"),
  read: (row, options) => {
    const [chosen, rejected] = [listIn("chosen", row.chosen), listIn("rejected", row.rejected)];
    if (chosen.length === 0 || rejected.length === 0) throw new RowProblem(chosen.length === 0 ? "chosen" : "rejected", "is empty");
    const models = listIn("models", row.models);
    // It names the models of all completions, the chosen first, when it names as many.
    const named = models.length === chosen.length + rejected.length ? models : [];
    const metadata = facts(row, "prompt", "chosen", "rejected", "models", "id");
    const rows = chosen.flatMap((good, first) =>
      rejected.map((bad, second) =>
        comparison(
          {
            prompt: row.prompt,
            id: row.id,
            metadata,
            answers: [
              { field: `chosen[${first}]`, value: good, model: named[first] },
              { field: `rejected[${second}]`, value: bad, model: named[chosen.length + second] },
            ],
            votes: [{ choice: 0, field: `chosen[${first}]` }],
          },
          options,
        ),
      ),
    );
    return { rows };
  },
  becomes: "a comparison of each chosen with each rejected completion, and a vote for the chosen one",
};
