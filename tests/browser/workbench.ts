import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import { makePool, type PairSpec } from "./pairs";
import type { World } from "./world";

type Spec = Omit<Parameters<typeof makePool>[2], "members">;

/** A new annotator with a pool of their own, on the workbench with its first pair on screen. */
export async function openWorkbench(
  { page, world, signIn }: { page: Page; world: World; signIn: (role: "annotator") => Promise<{ id: string; email: string }> },
  pairs: PairSpec[],
  spec: Spec = {},
) {
  const person = await signIn("annotator");
  const pool = await makePool(world, pairs, { ...spec, members: [person] });
  await page.goto("/annotate");
  await expect(response(page, "A")).toBeVisible();
  return { person, pool };
}

/** The panel of a response of the pair on screen; pairs that are rendered ahead are hidden. */
export const response = (page: Page, letter: "A" | "B") => page.getByRole("region", { name: `Response ${letter}` });
export const heading = (page: Page) => page.getByRole("heading", { level: 1 });
export const status = (page: Page) => page.getByTestId("save-status");

/** Waits until the next press of the same key counts as a new one: longer than BOUNCE_MS, since nothing on the page shows it. */
export const untilNewPress = (page: Page) => page.waitForTimeout(150);

/** Presses the key of the last press once more, as a hand does. */
export async function pressAgain(page: Page, key: string): Promise<void> {
  await untilNewPress(page);
  await page.keyboard.press(key);
}

/** The question that is on screen, for pools made of plainPairs. */
export async function questionNumber(page: Page): Promise<number> {
  const text = await page.getByRole("region", { name: "Prompt" }).innerText();
  return Number(/Question (\d+)/.exec(text)?.[1]);
}

/** The answers of a person as the database has them, oldest first. */
export const votesOf = (world: World, annotatorId: string) =>
  world.db.vote.findMany({
    where: { annotatorId },
    include: { current: { include: { edit: true } }, revisions: { orderBy: { number: "asc" } } },
    orderBy: { createdAt: "asc" },
  });

export async function expectVotes(world: World, annotatorId: string, count: number): Promise<void> {
  await expect.poll(async () => (await votesOf(world, annotatorId)).filter((vote) => vote.status === "counted").length).toBe(count);
}
