import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { PASSWORD } from "./world";
import { expectVotes, openWorkbench, questionNumber, response, status, votesOf } from "./workbench";

const editor = /Improve response/;

test.beforeEach(() => test.setTimeout(120_000));

/** The pair is back as it was left: graded, with the edit in sight, and with a word that it is a draft. */
async function expectRestored(page: Page, text: string) {
  await expect(page.getByTestId("chosen")).toHaveText("Draft restored:A is better, edited");
  await expect(page.getByRole("radio", { name: "A better" })).toBeChecked();
  await expect(response(page, "A")).toContainText(text);
}

test("a draft survives a reload and a closed tab", async ({ page, context, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(1));
  await page.keyboard.press("2");
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: editor }).fill("An edited answer, not sent yet.");
  await expect(status(page)).toHaveText("Draft saved");
  await page.reload();
  await expectRestored(page, "An edited answer, not sent yet.");
  await page.keyboard.press("e");
  await expect(page.getByRole("textbox", { name: editor })).toHaveValue("An edited answer, not sent yet.");

  await page.close();
  await world.db.$executeRaw`UPDATE "Slot" SET "leaseRenewedAt" = now() - interval '1 minute' WHERE "annotatorId" = ${person.id}::uuid`;
  const another = await context.newPage();
  await another.goto("/annotate");
  await expectRestored(another, "An edited answer, not sent yet.");
});

test("answers given without a network wait on the computer, and arrive once it is back, each once", async ({
  page,
  context,
  world,
  signIn,
}) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(4));
  await expect(page.locator(".wb-pair")).toHaveCount(3);
  await context.setOffline(true);
  for (const key of ["1", "5"]) {
    await page.keyboard.press(key);
    await page.keyboard.press("Enter");
  }
  await expect(status(page)).toHaveText("Offline: 2 answers waiting, kept on this computer");
  expect(await questionNumber(page)).toBe(3);
  await page.keyboard.press("6");
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: editor }).fill("Written without a network.");
  await page.keyboard.press("Escape");
  expect(await votesOf(world, person.id)).toHaveLength(0);

  await context.setOffline(false);
  await expectVotes(world, person.id, 2);
  await expect(status(page)).toHaveText("Draft saved", { timeout: 20_000 });
  expect((await votesOf(world, person.id)).map((vote) => vote.revisions.length)).toEqual([1, 1]);
  const draft = await world.db.draft.findFirstOrThrow({ where: { annotatorId: person.id } });
  expect(draft.content).toMatchObject({ right: { editText: "Written without a network." } });
});

test("kill -9 of the server loses neither the answer on its way nor the draft", async ({ page, instance, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  await expect(page.locator(".wb-pair")).toHaveCount(3);
  await instance.kill();
  await page.keyboard.press("3");
  await page.keyboard.press("Enter");
  expect(await questionNumber(page)).toBe(2);
  await page.keyboard.press("7");
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: editor }).fill("Typed while the server was dead.");
  await expect(status(page)).toHaveText(/1 answer waiting, kept on this computer/);
  // The tab dies as well: what waits must come from the browser's own storage.
  await instance.restart();
  await page.reload();
  await expectVotes(world, person.id, 1);
  await expect(response(page, "B")).toContainText("Typed while the server was dead.");
});

test("two tabs never overwrite each other", async ({ page, context, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(1));
  await page.route("**/annotate/heartbeat", (route) => route.abort());
  await page.keyboard.press("1");
  await expect(status(page)).toHaveText("Draft saved");
  await world.db.$executeRaw`UPDATE "Slot" SET "leaseRenewedAt" = now() - interval '1 minute' WHERE "annotatorId" = ${person.id}::uuid`;
  const other = await context.newPage();
  await other.goto("/annotate");
  await expect(other.getByRole("radio", { name: "A significantly better" })).toBeChecked();
  await other.keyboard.press("7");
  await expect(status(other)).toHaveText("Draft saved");

  await page.keyboard.press("3");
  const banner = page.getByRole("main").getByText("This pair was changed in another tab");
  await expect(banner).toBeVisible();
  await expect(page.getByRole("radio", { name: "A slightly better" })).toBeChecked();
  expect((await world.db.draft.findFirstOrThrow({ where: { annotatorId: person.id } })).content).toMatchObject({ choice: "right" });
  await page.getByRole("button", { name: "Use that version" }).click();
  await expect(banner).toBeHidden();
  await expect(page.getByRole("radio", { name: "B better", exact: true })).toBeChecked();
});

test("a session that ends keeps the answers, and signing in again sends them", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  await expect(page.locator(".wb-pair")).toHaveCount(3);
  // Without any admin the sign-in page would ask for the first one.
  await world.person("admin");
  await world.db.session.deleteMany({ where: { userId: person.id } });
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main").getByText("Your session has ended.")).toBeVisible();
  await expect(status(page)).toHaveText("Signed out: 1 answer waiting, kept on this computer");
  await page.getByRole("link", { name: "Sign in again" }).click();
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(response(page, "A")).toBeVisible();
  await expectVotes(world, person.id, 1);
});

test("a vote on a pair that was answered elsewhere is refused in words, and the work goes on", async ({ page, context, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  await page.route("**/annotate/heartbeat", (route) => route.abort());
  const other = await context.newPage();
  // Again when a request of the first tab was still under way, and renewed its leases after this made them look old.
  await expect(async () => {
    await world.db.$executeRaw`UPDATE "Slot" SET "leaseRenewedAt" = now() - interval '1 minute' WHERE "annotatorId" = ${person.id}::uuid`;
    await other.goto("/annotate");
    await expect(response(other, "A")).toBeVisible({ timeout: 4000 });
  }).toPass();
  await other.keyboard.press("1");
  await other.keyboard.press("Enter");
  await expectVotes(world, person.id, 1);
  await page.keyboard.press("8");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/The server did not take your answer to “Question 1.*answered this pair already/s)).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText(/did not take your answer/)).toBeHidden();
});
