import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "@playwright/test";
import { openWorld, type World } from "../browser/world";
import { gradePairs } from "./real-data/annotate";
import { chat } from "./real-data/chat";
import { type DataSet, importAgain, importDataSet } from "./real-data/data";
import { checkVoteRows } from "./real-data/rows";
import { lookAround, train, type Trained } from "./real-data/train";
import { trainInTrl } from "./real-data/trl";
import { printTable } from "./support/figures";
import { registerModel } from "./support/jobs";
import { python } from "./support/python";
import { cutRelease } from "./support/release";
import { startUp } from "./support/up";
import { expect, firstAdmin, invitedAnnotator, Walk } from "./support/walk";

/**
 * Public judgments of real people through the whole of Tiebreak, in a browser, on an instance of its own as
 * `npm run up` starts it: import, grade and edit, release, TRL; then reward model, SFT and DPO by the real worker, and
 * a chat with the result. Stops at the first thing that is not as it should be. docs/real-data.md has what came out.
 *
 *   npm run bench -- real-data --data FOLDER [--shots FOLDER]
 *
 * --data: folder with tulu_human_eval, pandalm and qa_feedback. --shots: where to put a picture of every step.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { data: { type: "string" }, shots: { type: "string" } } });
  if (!values.data) throw new Error("Say where the data is: --data FOLDER");
  const up = await startUp({ TIEBREAK_SEED: "none" });
  const scratch = await mkdtemp(path.join(tmpdir(), "tiebreak-real-data-"));
  const world = await openWorld(up.dataDir);
  const walk = await Walk.start(up.url, values.shots);
  try {
    const places = { data: values.data, scratch };
    const admin = await firstAdmin(walk);
    await annotationWalk(walk, admin, world, places);
    await trainingWalk(walk, admin, world, places);
    await walk.end();
    console.log("\nEverything was as it should be.");
  } catch (error) {
    await walk.fail();
    throw error;
  } finally {
    await world.close();
    await up.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

type Places = { data: string; scratch: string };

/** From two imports over twenty graded pairs to a release that TRL trains on. */
async function annotationWalk(walk: Walk, admin: Page, world: World, places: Places): Promise<void> {
  const pools: DataSet[] = ["tulu", "pandalm"];
  for (const set of pools) {
    const { file, milliseconds } = await importDataSet(walk, admin, world, set, places);
    await importAgain(world, set, file);
    say(`imported ${set} in ${seconds(milliseconds / 1000)}, and again without adding anything`);
  }
  const annotator = await invitedAnnotator(walk, admin);
  const graded = await gradePairs(walk, annotator, world);
  say(`graded 20 pairs by keyboard and edited ${graded.edits.length}; all are in the database as they were given`);
  const spec = { name: "Tülu and PandaLM", pools, aggregation: "votes" } as const;
  const { folder, manifest } = await cutRelease(walk, admin, spec, places.scratch);
  const rows = await checkVoteRows(world, folder, pools, graded);
  say(`release of ${rows} votes, ${graded.edits.length} with the edits that were typed`);
  const tiny = path.join(places.scratch, "tiny");
  say((await python("tiebreak-worker", ["tiny-model", "--out", tiny])).trim().replace(tiny, "tiny model"));
  const report = await trainInTrl(folder, manifest, tiny);
  const losses = (steps: number[]) => steps.map((loss) => loss.toFixed(4)).join(" and ");
  const splits = Object.entries(report.rows).map(([split, count]) => `${count} ${split}`);
  say(`datasets read ${splits.join(", ")}; TRL's losses: reward model ${losses(report.reward)}, DPO ${losses(report.dpo)}`);
  say(`versions: ${JSON.stringify(report.versions)}`);
}

const TINY = { "Comparisons per step": "16" };

/** From a third import to a model that answers. */
async function trainingWalk(walk: Walk, admin: Page, world: World, places: Places): Promise<void> {
  await importDataSet(walk, admin, world, "qa-feedback", places);
  const name = "Tülu and QA-Feedback";
  const spec = { name, pools: ["tulu", "qa-feedback"], aggregation: "majority", test: 30 } as const;
  const { manifest } = await cutRelease(walk, admin, spec, places.scratch);
  say(`release of ${manifest.counts.rows} rows: ${JSON.stringify(manifest.counts)}`);
  await registerModel(walk, admin, "tiny", path.join(places.scratch, "tiny"));
  const run = (type: "train_rm" | "train_sft" | "train_dpo", as: string, model: string, fields: Record<string, string>) =>
    train(walk, admin, world, { type, name: as, model, release: name, fields: { ...TINY, ...fields } });

  const rm = await run("train_rm", "rm", "tiny", { "Learning rate": "0.001" });
  expect(rm.evaluation.accuracy.low, "lower end of the reward model's accuracy").toBeGreaterThan(0.5);
  const sft = await run("train_sft", "sft", "tiny", { "Learning rate": "0.003", "Step limit": "60" });
  const dpo = await run("train_dpo", "dpo", "sft", { "Learning rate": "0.0003", "Step limit": "40" });
  report([
    ["reward model", rm],
    ["SFT", sft],
    ["DPO", dpo],
  ]);
  const { per_pool: pools, length_bias: length } = rm.evaluation;
  say(`reward model per pool: ${pools.map((pool) => `${pool.name} ${percent(pool.accuracy.value)}`).join(", ")}`);
  say(`the longer response wins: votes ${percent(length.votes_prefer_longer.value)}, model ${percent(length.model_prefers_longer.value)}`);
  const said = await chat(walk, admin, { id: dpo.model, name: "dpo" }, { id: sft.model, name: "sft" });
  say(
    `chat: first text after ${said.firstText} ms, ${said.characters} characters in ${said.updates} pieces and ${seconds(said.took / 1000)}`,
  );
  await lookAround(walk, admin, [rm, sft, dpo], name);
}

const percent = (value: number) => `${(value * 100).toFixed(1)} %`;

function report(runs: [string, Trained][]): void {
  printTable(
    ["job", "time", "steps", "loss, first 5 steps", "loss, last 5", "held-out accuracy (95 %)", "pairs", "chart states seen"],
    runs.map(([name, run]) => {
      const { value, low, high, count } = run.evaluation.accuracy;
      const accuracy = `${percent(value)} (${percent(low)} to ${percent(high)})`;
      return [name, seconds(run.seconds), `${run.steps}`, run.first.toFixed(4), run.last.toFixed(4), accuracy, `${count}`, `${run.charts}`];
    }),
  );
}

const seconds = (value: number) => `${value.toFixed(1)} s`;
const say = (line: string) => console.log(`· ${line}`);
