import { RowProblem } from "../problems";
import { comparison, facts, numberIn } from "./build";
import { has, type Shape } from "./shape";

export const shp: Shape = {
  id: "shp",
  name: "SHP",
  fields: "history, human_ref_A, human_ref_B, labels",
  fits: (row) => has(row, "history", "human_ref_A", "human_ref_B", "labels"),
  read: (row, options) => {
    const label = numberIn("labels", row.labels);
    if (label !== 0 && label !== 1) throw new RowProblem("labels", "is neither 1 (A is preferred) nor 0 (B is preferred)");
    const used = ["history", "human_ref_A", "human_ref_B", "labels", "post_id", "domain", "upvote_ratio"];
    const answers = ["A", "B"].map((side) => ({
      field: `human_ref_${side}`,
      value: row[`human_ref_${side}`],
      model: "human",
      id: row[`c_root_id_${side}`],
      metadata: { score: row[`score_${side}`], created_at_utc: row[`created_at_utc_${side}`] },
    }));
    const ofAnswers = ["c_root_id", "score", "created_at_utc"].flatMap((name) => [`${name}_A`, `${name}_B`]);
    const [a, b] = answers;
    if (!a || !b) throw new Error("Two sides");
    const read = comparison(
      {
        prompt: row.history,
        field: "history",
        id: row.post_id,
        metadata: facts({ domain: row.domain, upvote_ratio: row.upvote_ratio }),
        answers: [a, b],
        votes: [{ choice: label === 1 ? 0 : 1, field: "labels" }],
        comparison: { metadata: facts(row, ...used, ...ofAnswers) },
      },
      options,
    );
    return { rows: [read] };
  },
  becomes: "a comparison of two human answers and the vote that Reddit's readers gave; their scores are kept with the answers",
};
