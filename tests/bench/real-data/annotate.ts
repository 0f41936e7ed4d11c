import type { Page } from "@playwright/test";
import type { World } from "../../browser/world";
import { expect, type Walk } from "../support/walk";

const LEVELS = ["significantly_better", "better", "slightly_better", "marginally_better"] as const;
const PAIRS = 20;
const EDIT_EVERY = 4;

export type Graded = { annotatorId: string; edits: string[] };

/** Grades pairs with nothing but the keyboard, and edits every fourth winner. Every answer must be in the database as it was given. */
export async function gradePairs(walk: Walk, page: Page, world: World): Promise<Graded> {
  await page.goto("/annotate");
  const edits: string[] = [];
  for (let n = 0; n < PAIRS; n++) {
    await expect(page.getByRole("region", { name: "Response A" })).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(new RegExp(`Pair ${n + 1}\\b`));
    if (n === 0) await walk.shot(page, "workbench-first");
    await page.keyboard.press(String((n % 8) + 1));
    if (n < 2) await walk.shot(page, "workbench-graded");
    if (n % EDIT_EVERY === EDIT_EVERY - 1) edits.push(await edit(walk, page, n));
    else await page.keyboard.press("Enter");
  }
  await expect(page.getByTestId("save-status")).toHaveText("All saved");
  await walk.shot(page, "workbench-last");
  await page.goto("/annotate/history");
  await walk.shot(page, "history");
  return { annotatorId: await checkVotes(world, edits), edits };
}

async function edit(walk: Walk, page: Page, n: number): Promise<string> {
  await page.keyboard.press("e");
  const editor = page.getByRole("textbox", { name: /Improve response/ });
  await expect(editor).toBeFocused();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(` In short, that is the answer to pair ${n + 1}.`);
  await expect(page.getByTestId("edit-changes")).toContainText("words in");
  const text = await editor.inputValue();
  await walk.shot(page, "workbench-edit");
  await page.keyboard.press("Control+Enter");
  return text;
}

async function checkVotes(world: World, edits: string[]): Promise<string> {
  const person = await world.db.user.findFirstOrThrow({ where: { role: "annotator", email: "ann@example.org" } });
  const votes = await world.db.vote.findMany({
    where: { annotatorId: person.id, status: "counted" },
    include: { current: { include: { edit: true } } },
    orderBy: { createdAt: "asc" },
  });
  expect(votes.length, "votes in the database").toBe(PAIRS);
  const given = votes.map(({ current }) => [current!.side === current!.leftSide, current!.strength]);
  const pressed = votes.map((_, n) => [n % 8 < 4, LEVELS[n % 8 < 4 ? n % 8 : 7 - (n % 8)]]);
  expect(given, "sides and strengths as they were pressed").toEqual(pressed);
  expect(votes.flatMap(({ current }) => current!.edit?.text ?? [])).toEqual(edits);
  return person.id;
}
