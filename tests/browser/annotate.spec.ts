import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { expectVotes, heading, openWorkbench, pressAgain, questionNumber, response, status, votesOf } from "./workbench";

test("a pair is graded with one key and confirmed with a second; the next is there, and an untouched one cannot be sent", async ({
  page,
  world,
  signIn,
}) => {
  const { person, pool } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText(/Grade the pair first/);
  expect(await questionNumber(page)).toBe(1);
  const left = await response(page, "A").innerText();

  await page.keyboard.press("3");
  await expect(page.getByRole("radio", { name: "A slightly better" })).toBeChecked();
  await expect(page.getByTestId("chosen")).toHaveText("A is slightly better");
  await page.keyboard.press("Enter");
  expect(await questionNumber(page)).toBe(2);
  await expect(heading(page)).toHaveText(/Pair 2/);
  await expect(heading(page)).toBeFocused();
  await expect(page.getByTestId("announcer").locator("p").last()).toHaveText(/^A is slightly better\. Question 2/);

  await page.keyboard.press("8");
  await pressAgain(page, "8");
  expect(await questionNumber(page)).toBe(3);
  await expectVotes(world, person.id, 2);
  await expect(status(page)).toHaveText("All saved");
  await expect(page.getByText("2 today")).toBeVisible();
  await expect(page.getByRole("progressbar", { name: /^Progress of the pool/ })).toBeVisible();

  const [first, second] = await votesOf(world, person.id);
  expect(first!.current).toMatchObject({ strength: "slightly_better", guidelineVersion: 1 });
  expect(second!.current).toMatchObject({ strength: "significantly_better" });
  const comparison = await world.db.comparison.findUniqueOrThrow({
    where: { id: pool.comparisons[0]! },
    include: { responseA: true, responseB: true },
  });
  const chosen = first!.current!.side === 0 ? comparison.responseA : comparison.responseB;
  expect(left).toContain(chosen.text.split("\n")[0]);
  expect(first!.current!.side).toBe(first!.current!.leftSide);
});

test("Escape takes the grade back, and keys do nothing while somebody writes", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  await page.keyboard.press("5");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  await page.keyboard.press("c");
  await page.keyboard.type("12345678 sfu");
  await expect(page.getByLabel("Comment", { exact: true })).toHaveValue("12345678 sfu");
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("7");
  await page.keyboard.press("Enter");
  await expectVotes(world, person.id, 1);
  expect((await votesOf(world, person.id))[0]!.current).toMatchObject({ strength: "better", comment: "12345678 sfu" });
});

test("the winner is edited in place with a live difference; an edit that changes nothing is pointed out", async ({
  page,
  world,
  signIn,
}) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  await page.keyboard.press("6");
  await page.keyboard.press("e");
  const editor = response(page, "B").getByRole("textbox", { name: /Improve response B/ });
  await expect(editor).toBeFocused();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("alert")).toHaveText(/changes nothing/);
  await editor.fill(`${await editor.inputValue()} Now it is complete.`);
  const changes = page.getByTestId("edit-changes");
  await expect(changes.locator("ins")).toContainText("Now it is complete.");
  await expect(changes).toContainText("4 words in, 0 out · edit distance 20");
  await page.keyboard.press("Control+Enter");
  await expectVotes(world, person.id, 1);
  const [vote] = await votesOf(world, person.id);
  expect(vote!.current!.edit).toMatchObject({ distance: 20 });
  expect(vote!.current!.edit!.text).toMatch(/Now it is complete\.$/);
});

test("a pool that requires edits leads to the editor, and takes a reason in place of an edit", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2), { editPolicy: "required" });
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await expect(response(page, "A").getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("alert")).toHaveText(/changes nothing yet/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await expect(page.getByLabel("Comment", { exact: true })).toBeFocused();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("alert")).toHaveText(/why the chosen response cannot be improved/);
  await page.keyboard.type("It says all there is.");
  await page.keyboard.press("Control+Enter");
  await expectVotes(world, person.id, 1);
  expect((await votesOf(world, person.id))[0]!.current).toMatchObject({ comment: "It says all there is.", editId: null });
});

test("an answer is undone right after, and regraded from history with every revision kept", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await expectVotes(world, person.id, 1);
  await page.keyboard.press("u");
  await expect(page.getByRole("radio", { name: "A significantly better" })).toBeChecked();
  expect(await questionNumber(page)).toBe(1);
  expect((await votesOf(world, person.id))[0]!.status).toBe("withdrawn");
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await expectVotes(world, person.id, 1);

  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("link", { name: /A is better.*Question 1/s }).click();
  await expect(page.getByText("in force")).toBeVisible();
  await page.keyboard.press("8");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Changed just now · in force")).toBeVisible();
  const [vote] = await votesOf(world, person.id);
  expect(vote!.revisions.map((revision) => [revision.kind, revision.strength])).toEqual([
    ["submit", "significantly_better"],
    ["undo", null],
    ["submit", "better"],
    ["regrade", "significantly_better"],
  ]);
});

test("a pair is skipped with a reason, the skip is undone, and a pair is flagged", async ({ page, world, signIn }) => {
  const { person, pool } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  await page.keyboard.press("s");
  await page.getByRole("dialog").getByRole("button", { name: "Skip" }).click();
  await expect(page.getByRole("alert")).toHaveText("Choose a reason first.");
  await page.keyboard.press("1");
  await page.getByRole("dialog").getByRole("button", { name: "Skip" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await questionNumber(page)).toBe(2);
  await expect.poll(() => world.db.skip.count({ where: { annotatorId: person.id, reason: "outside_expertise" } })).toBe(1);
  await page.keyboard.press("u");
  await expect.poll(() => questionNumber(page)).toBe(1);
  expect(await world.db.skip.count({ where: { annotatorId: person.id } })).toBe(0);

  await page.keyboard.press("f");
  await page.keyboard.press("1");
  await page.getByRole("dialog").getByRole("button", { name: "Flag" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect.poll(() => questionNumber(page)).toBe(2);
  expect(await world.db.flag.findMany({ where: { annotatorId: person.id } })).toMatchObject([
    { comparisonId: pool.comparisons[0], reason: "personal_data" },
  ]);
});

test("keys are changed in the dialog, conflicts are refused, and the change stays", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await dialog.getByRole("button", { name: /^B is better: 7/ }).click();
  await page.keyboard.press("s");
  await expect(dialog.getByText("“B is better” and “Skip this pair” have the same key, S.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Save keys" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Swap" }).click();
  await expect(dialog.getByRole("button", { name: /^Skip this pair: 7/ })).toBeVisible();
  await dialog.getByRole("button", { name: /^B is better: S/ }).click();
  await page.keyboard.press("x");
  await dialog.getByRole("button", { name: "Save keys" }).click();
  await expect(dialog).toBeHidden();
  await page.reload();
  await expect(response(page, "A")).toBeVisible();
  await expect(page.locator(".wb-grade").nth(6)).toContainText("X");
  await page.keyboard.press("x");
  await expect(page.getByRole("radio", { name: "B better" })).toBeChecked();
  await page.keyboard.press("Enter");
  await expectVotes(world, person.id, 1);
});

test("the day ends with words on what comes next, and guidelines that changed are announced", async ({ page, world, signIn }) => {
  const { person, pool } = await openWorkbench({ page, world, signIn }, plainPairs(1));
  await page.keyboard.press("g");
  const guidelines = page.getByRole("complementary", { name: "Guidelines" });
  await expect(guidelines).toContainText("version 1");
  await expect(guidelines).toContainText("Be fair.");
  await expect
    .poll(async () => JSON.stringify((await world.db.user.findUniqueOrThrow({ where: { id: person.id } })).preferences))
    .toContain(pool.id);
  await world.db.guideline.create({ data: { poolId: pool.id, version: 2, body: "Be **kind**, too." } });
  await page.reload();
  await expect(guidelines).toContainText("Changed since you last read them.");
  await expect(guidelines).toContainText("Be kind, too.");
  await page.keyboard.press("4");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main").getByText("All done")).toBeVisible();
  await expect(page.getByText(/1 pair today/)).toBeVisible();
});

test("without a pool the page says whom to ask", async ({ page, signIn }) => {
  await signIn("annotator");
  await page.goto("/annotate");
  await expect(page.getByRole("main").getByText("No pool is open to you yet")).toBeVisible();
});
