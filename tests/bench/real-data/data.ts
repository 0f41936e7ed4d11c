import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import type { World } from "../../browser/world";
import { expect, type Walk } from "../support/walk";

const run = promisify(execFile);

/** What each public data set must come to; the files never change. */
export const DATA_SETS = {
  tulu: {
    folder: "tulu_human_eval",
    rows: 996,
    promptsAdded: 329,
    responsesAdded: 1290,
    comparisonsAdded: 961,
    votesAdded: 767,
    badRows: 35,
  },
  pandalm: { folder: "pandalm", rows: 999, promptsAdded: 170, responsesAdded: 798, comparisonsAdded: 993, votesAdded: 2657, badRows: 6 },
  "qa-feedback": {
    folder: "qa_feedback",
    rows: 2616,
    promptsAdded: 488,
    responsesAdded: 1943,
    comparisonsAdded: 2616,
    votesAdded: 2616,
    badRows: 0,
  },
} as const;
export type DataSet = keyof typeof DATA_SETS;

const GUIDELINES =
  "Prefer the response that **answers the question** correctly.\n\n1. Truth before style.\n2. Of two right ones, the shorter.";

/** Makes a pool, converts the data set to import rows and uploads them, all but the conversion in the browser. */
export async function importDataSet(walk: Walk, page: Page, world: World, set: DataSet, from: { data: string; scratch: string }) {
  const { folder, ...expected } = DATA_SETS[set];
  const file = path.join(from.scratch, `${set}.jsonl`);
  const convert = ["--import", "tsx", `tests/bench/convert/${set}.ts`, path.join(from.data, folder)];
  await writeFile(file, (await run(process.execPath, convert, { maxBuffer: 2 ** 28 })).stdout);

  await page.goto("/admin/pools/new");
  await page.getByLabel("Name").fill(set);
  await page.getByLabel("Votes per comparison").fill(set === "qa-feedback" ? "1" : "3");
  await page.getByLabel("Guidelines, in Markdown").fill(GUIDELINES);
  if (set === "tulu") await walk.shot(page, "new-pool", true);
  await page.getByRole("button", { name: "Make pool" }).click();
  await expect(page.getByRole("heading", { name: set })).toBeVisible();
  if (set === "tulu") await walk.shot(page, "pool-empty");

  const pool = await world.db.pool.findFirstOrThrow({ where: { name: set } });
  await page.goto(`/admin/imports/new?pool=${pool.id}`);
  await page.locator('input[type="file"]').setInputFiles(file);
  await expect(page.getByText(/turn · 1 comparison/).first()).toBeVisible();
  await walk.shot(page, `import-${set}-preview`, true);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText(/^Finished in/)).toBeVisible({ timeout: 15 * 60_000 });
  await walk.shot(page, `import-${set}-done`);
  const made = await world.db.importRun.findFirstOrThrow({ where: { poolId: pool.id } });
  expect(made, `import of ${set}`).toMatchObject(expected);
  return { file, milliseconds: made.finishedAt!.getTime() - made.startedAt!.getTime() };
}

/** The same file again, on the command line beside the running server: nothing is added. */
export async function importAgain(world: World, set: DataSet, file: string): Promise<void> {
  const { rows, badRows } = DATA_SETS[set];
  const command = ["--import", "tsx", "bin/tiebreak.ts", "import", "--pool", set, file];
  await run(process.execPath, command).catch((error: { code: number }) => expect(error.code, "some rows are bad").toBe(3));
  const made = await world.db.importRun.findFirstOrThrow({ where: { pool: { name: set } }, orderBy: { createdAt: "desc" } });
  const nothing = { promptsAdded: 0, responsesAdded: 0, comparisonsAdded: 0, votesAdded: 0 };
  expect(made, `second import of ${set}`).toMatchObject({ ...nothing, rows, badRows, duplicates: rows - badRows });
}
