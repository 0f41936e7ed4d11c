// npx tsx tests/bench/convert/qa-feedback.ts FOLDER > rows.jsonl
// QA-Feedback (allenai/FineGrainedRLHF): 500 questions, four responses each, all six pairs judged a, b or tie.
//
// The rows come as chosen and rejected, without strength and without a name of the annotator. Ties are left out.
import path from "node:path";
import { readLines, write } from "./lines";

type Pair = { id: string; prompt_id: string; prompt: string; response_a: string; response_b: string; choice: "a" | "b" | "tie" };

const [folder = "."] = process.argv.slice(2);
let ties = 0;
for (const { prompt_id, prompt, response_a, response_b, choice } of await readLines<Pair>(path.join(folder, "pairs.jsonl"))) {
  if (choice === "tie") ties += 1;
  else {
    const [chosen, rejected] = choice === "a" ? [response_a, response_b] : [response_b, response_a];
    write({ external_id: prompt_id, prompt, chosen, rejected, metadata: { dataset: "qa_feedback" } });
  }
}
console.error(`left out: ${ties} ties`);
