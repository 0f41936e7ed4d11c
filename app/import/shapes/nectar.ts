import { RowProblem } from "../problems";
import { facts, listIn, numberIn, objectIn, ranked } from "./build";
import { has, type Shape } from "./shape";

export const nectar: Shape = {
  id: "nectar",
  name: "Nectar",
  fields: "prompt, answers (with answer, model and rank)",
  fits: (row) => has(row, "prompt", "answers"),
  read: (row, options) => {
    const answers = listIn("answers", row.answers).map((item, index) => {
      const field = `answers[${index}]`;
      const { answer, model, rank, ...said } = objectIn(field, item);
      const place = numberIn(`${field}.rank`, rank);
      if (place === undefined) throw new RowProblem(`${field}.rank`, "is missing; every answer has its place, 1 for the best");
      return { field: `${field}.answer`, value: answer, model, metadata: { rank: place, ...said }, score: -place };
    });
    return { rows: ranked({ prompt: row.prompt, metadata: facts(row, "prompt", "answers"), answers }, options) };
  },
  becomes: "every pair of its answers (21 of seven), with a vote for the better rank; a tie where they are equal",
};
