// npx tsx tests/bench/convert/tulu.ts FOLDER > rows.jsonl
// Human evaluation of Tülu (allenai/open-instruct): pairs.jsonl and annotations.jsonl to import rows.
//
// Their five levels become ours so: ±2 (clearly better) significantly_better, ±1 (slightly better) slightly_better.
// 0 (tie) is left out: a comparison here has a side. Of several judgments by one person on one pair the last counts.
import path from "node:path";
import { groupBy, readLines, write } from "./lines";

type Pair = { id: string; prompt: string; model_a: string; model_b: string; response_a: string; response_b: string };
type Judgment = { pair_id: string; annotator: string; preference: number; timestamp: string };

const STRENGTH: Record<number, string> = { 1: "slightly_better", 2: "significantly_better" };

const [folder = "."] = process.argv.slice(2);
const judgments = groupBy(await readLines<Judgment>(path.join(folder, "annotations.jsonl")), ({ pair_id }) => pair_id);
let ties = 0;
let again = 0;
for (const pair of await readLines<Pair>(path.join(folder, "pairs.jsonl"))) {
  const latest = new Map<string, Judgment>();
  for (const judgment of (judgments.get(pair.id) ?? []).sort((one, other) => (one.timestamp < other.timestamp ? -1 : 1))) {
    if (latest.has(judgment.annotator)) again += 1;
    latest.set(judgment.annotator, judgment);
  }
  const decided = [...latest.values()].filter(({ preference }) => preference !== 0);
  ties += latest.size - decided.length;
  write({
    external_id: pair.id,
    prompt: pair.prompt,
    metadata: { dataset: "tulu_human_eval" },
    responses: [
      { model: pair.model_a, text: pair.response_a },
      { model: pair.model_b, text: pair.response_b },
    ],
    votes: decided.map(({ annotator, preference, timestamp }) => ({
      annotator,
      side: preference > 0 ? 1 : 0,
      strength: STRENGTH[Math.abs(preference)],
      created_at: timestamp,
    })),
  });
}
console.error(`left out: ${ties} ties, ${again} earlier judgments by the same person on the same pair`);
