// npx tsx tests/bench/convert/pandalm.ts FOLDER > rows.jsonl
// PandaLM's test set (WeOpenML/PandaLM): 999 pairs, each judged by three people as a, b or tie.
//
// The judgments say no strength, so the votes have none. Ties are left out: a comparison here has a side.
import path from "node:path";
import { groupBy, readLines, write } from "./lines";

type Pair = { id: string; prompt: string; model_a: string; model_b: string; response_a: string; response_b: string };
type Judgment = { pair_id: string; annotator: string; choice: "a" | "b" | "tie" };

const [folder = "."] = process.argv.slice(2);
const judgments = groupBy(await readLines<Judgment>(path.join(folder, "annotations.jsonl")), ({ pair_id }) => pair_id);
let ties = 0;
for (const pair of await readLines<Pair>(path.join(folder, "pairs.jsonl"))) {
  const all = judgments.get(pair.id) ?? [];
  const decided = all.filter(({ choice }) => choice !== "tie");
  ties += all.length - decided.length;
  write({
    external_id: pair.id,
    prompt: pair.prompt,
    metadata: { dataset: "pandalm" },
    responses: [
      { model: pair.model_a, text: pair.response_a },
      { model: pair.model_b, text: pair.response_b },
    ],
    votes: decided.map(({ annotator, choice }) => ({ annotator, side: choice === "b" ? 1 : 0 })),
  });
}
console.error(`left out: ${ties} ties`);
