import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { expectVotes, openWorkbench, pressAgain, questionNumber, response, status, votesOf } from "./workbench";

const chosen = "chosen";

test("after an edit the other side is taken at once; the edit stays with its side, over a reload too", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  await page.keyboard.press("2");
  await page.keyboard.press("e");
  const editor = page.getByRole("textbox", { name: /Improve response A/ });
  await editor.fill(`${await editor.inputValue()} And it is improved.`);
  await page.keyboard.press("Escape");
  const [a, b] = [response(page, "A"), response(page, "B")];
  await expect(a).toContainText("And it is improved.");
  await expect(a).toContainText("edited · +4 −0 words");
  await expect(page.getByTestId(chosen)).toHaveText("A is better, edited");
  await a.getByRole("button", { name: "Show original" }).click();
  await expect(a).not.toContainText("And it is improved.");
  await expect(a).toContainText("original · the edit goes out");
  await a.getByRole("button", { name: "Show edited" }).click();

  await page.keyboard.press("8");
  await expect(page.getByRole("radio", { name: "B significantly better" })).toBeChecked();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByTestId(chosen)).toHaveText("B is significantly better");
  await expect(a).toContainText("edit kept");
  await expect(a).not.toContainText("And it is improved.");
  await expect(status(page)).toHaveText("Draft saved");
  await page.reload({ waitUntil: "networkidle" });
  await expect(page.getByTestId(chosen)).toHaveText("Draft restored:B is significantly better");
  await page.keyboard.press("2");
  await expect(page.getByTestId(chosen)).toHaveText("A is better, edited");
  await expect(a).toContainText("And it is improved.");
  await page.keyboard.press("8");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("last-answer")).toContainText("Last pair: B is significantly better");
  await expectVotes(world, person.id, 1);
  expect((await votesOf(world, person.id))[0]!.current).toMatchObject({ strength: "significantly_better", edit: null });
  await expect(b).toBeVisible();
});

test("an edit that goes out with the editor closed is in sight until it does, and the last pair says so", async ({
  page,
  world,
  signIn,
}) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  await page.keyboard.press("7");
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: /Improve response B/ }).pressSequentially("And half a thou");
  await page.keyboard.press("Escape");
  const b = response(page, "B");
  await expect(b).toContainText("And half a thou");
  // As written, and as a difference, it is the edit that is shown, too.
  await page.keyboard.press("r");
  await expect(b).toContainText("And half a thou");
  await pressAgain(page, "r");
  await page.keyboard.press("d");
  await expect(b.locator("mark").filter({ hasText: "thou" })).not.toHaveCount(0);
  await pressAgain(page, "d");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("last-answer")).toContainText("Last pair: B is better, edited");
  await expectVotes(world, person.id, 1);
  expect((await votesOf(world, person.id))[0]!.current!.edit!.text).toContain("And half a thou");
});

test("a restored draft says so, and its key grades before it confirms", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  await page.keyboard.press("2");
  await expect(status(page)).toHaveText("Draft saved");
  await page.reload({ waitUntil: "networkidle" });
  await expect(page.getByTestId(chosen)).toHaveText("Draft restored:A is better");
  await page.keyboard.press("2");
  await expect(page.getByTestId(chosen)).toHaveText("A is better");
  expect(await questionNumber(page)).toBe(1);
  await pressAgain(page, "2");
  expect(await questionNumber(page)).toBe(2);
  await expectVotes(world, person.id, 1);
});

test("a change to an answer in history keeps each side's edit, and comes back after a reload", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(1));
  await page.keyboard.press("2");
  await page.keyboard.press("e");
  const editor = page.getByRole("textbox", { name: /Improve response A/ });
  await editor.fill(`${await editor.inputValue()} And it is improved.`);
  await page.keyboard.press("Control+Enter");
  await expectVotes(world, person.id, 1);
  await page.getByRole("link", { name: "History", exact: true }).click();
  await page.getByRole("link", { name: /A is better/ }).click();
  const a = response(page, "A");
  await expect(page.getByTestId(chosen)).toHaveText("A is better, edited");
  await expect(a).toContainText("And it is improved.");
  await page.keyboard.press("8");
  await expect(page.getByTestId(chosen)).toHaveText("B is significantly better");
  await expect.poll(() => world.db.draft.count({ where: { annotatorId: person.id } })).toBe(1);
  await page.reload({ waitUntil: "networkidle" });
  await expect(page.getByTestId(chosen)).toHaveText("Draft restored:B is significantly better");
  await page.keyboard.press("3");
  await expect(page.getByTestId(chosen)).toHaveText("A is slightly better, edited");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Changed just now · in force")).toBeVisible();
  const [vote] = await votesOf(world, person.id);
  expect(vote!.current).toMatchObject({ strength: "slightly_better", edit: { text: expect.stringMatching(/ And it is improved\.$/) } });
});
