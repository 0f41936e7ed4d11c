import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { openWorkbench, pressAgain } from "./workbench";

const guide = await readFile("docs/accessibility.md", "utf8");

/** The rows of the keyboard script: what is pressed, where the focus is then, what is said. */
const rows = guide
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (Press|-)/.test(line))
  .map(
    (line) =>
      line
        .split("|")
        .slice(1, 4)
        .map((cell) => cell.trim()) as [string, string, string],
  );

const focused = (page: Page, place: string) => {
  const [, role, name] = /^(\w+)(?: "(.+)")?$/.exec(place)!;
  if (name === undefined) return page.locator(`input[type=${role}]:focus`);
  return page.getByRole(role as "heading", { name: new RegExp(`^${name}`) });
};

test("the keyboard script of the guide goes as it is written", async ({ page, world, signIn }) => {
  expect(rows.length).toBeGreaterThan(20);
  await openWorkbench({ page, world, signIn }, plainPairs(4));
  await expect(page.locator(".wb-pair")).toHaveCount(3);
  const said = page.getByRole("log", { name: "What happened" }).locator("p").last();
  for (const [index, [key, place, words]] of rows.entries()) {
    const step = `row ${index + 1}: ${key}`;
    await pressAgain(page, key);
    if (place) await expect(focused(page, place), step).toBeFocused();
    if (words) await expect(said, step).toHaveText(words.endsWith(".") ? new RegExp(`^${words}`) : words);
  }
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("a screen reader meets what the guide says, in that order", async ({ page, world, signIn }) => {
  const [, order] = /```yaml\n([\s\S]+?)```/.exec(guide)!;
  await openWorkbench({ page, world, signIn }, plainPairs(2));
  // Names in the guide are how they begin: the pool, its figures and texts differ.
  await expect(page.locator("body")).toMatchAriaSnapshot(order!.replace(/"(Pair 1|Time on this pair)"/g, "/^$1.*/"));
});
