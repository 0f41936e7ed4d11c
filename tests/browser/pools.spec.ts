import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";

test.beforeEach(() => test.setTimeout(120_000));

test("an admin makes a pool, writes its guidelines, chooses its members, changes it, archives it and takes that back", async ({
  page,
  world,
  signIn,
}) => {
  const member = `Ann ${randomUUID().slice(0, 8)}`;
  const ann = await world.person("annotator", member);
  await signIn("admin", "Ada Pools");
  const name = `Kindness ${randomUUID().slice(0, 8)}`;
  await page.goto("/admin/pools");
  await page.getByRole("link", { name: "New pool" }).first().click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Capability").fill("Writing");
  await page.getByLabel("Language").fill("klingon or so");
  await expect(page.getByLabel("Votes per comparison")).toHaveAccessibleDescription(/^How many annotators answer each comparison/);
  await page.getByLabel("Votes per comparison").fill("2");
  await page.getByLabel("Who may work on it").selectOption("members");
  await page.getByLabel("Guidelines, in Markdown").fill("Be **kind**.");
  await page.getByRole("button", { name: "Make pool" }).click();
  await expect(page.getByText(/"klingon or so" is not a language tag/).first()).toBeVisible();
  await expect(page.getByLabel("Guidelines, in Markdown")).toHaveValue("Be **kind**.");
  await expectAccessible(page);
  await page.getByLabel("Language").fill("de");
  await page.getByRole("button", { name: "Make pool" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  const pool = await world.db.pool.findUniqueOrThrow({ where: { name } });
  expect(pool).toMatchObject({ capability: "writing", language: "de", votesPerComparison: 2, access: "members" });

  const tabs = page.getByRole("navigation", { name: "Pool" });
  await tabs.getByRole("link", { name: "Guidelines" }).click();
  const text = page.getByLabel("Guidelines, in Markdown");
  await expect(page.getByRole("button", { name: "Save version 2" })).toBeDisabled();
  await text.fill("Be **kind** and brief. <script>window.hacked = true</script>");
  await expect(page.getByRole("region", { name: "Preview" }).locator("strong")).toHaveText("kind");
  await page.getByRole("button", { name: "Save version 2" }).click();
  await expect(page.getByText(/Version 2.*in force/)).toBeVisible();
  await expect(page.locator("ins").first()).toContainText("and brief");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await expectAccessible(page);

  await tabs.getByRole("link", { name: "Members" }).click();
  await page.getByRole("checkbox", { name: member }).check();
  await page.getByRole("button", { name: "Save members" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  expect(await world.db.poolMember.findMany({ where: { poolId: pool.id } })).toMatchObject([{ userId: ann.id }]);

  await tabs.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Editing the winner").selectOption("required");
  await expect(page.getByLabel("Votes per comparison")).toHaveAccessibleDescription(/Votes are never lost/);
  await page.getByLabel("Votes per comparison").fill("3");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  expect(await world.db.pool.findUniqueOrThrow({ where: { name } })).toMatchObject({ votesPerComparison: 3, editPolicy: "required" });

  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Archived", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Import", exact: true })).toHaveCount(0);
  await page.goto(`/admin/pools?q=${encodeURIComponent(name)}`);
  await expect(page.getByText("No pool matches")).toBeVisible();
  await page.getByLabel("Show").selectOption("yes");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByRole("button", { name: "Archive" })).toBeVisible();

  await page.goto(`/admin/audit?subjectType=pool&subject=${pool.id}`);
  await expect(page.getByRole("row")).toHaveCount(7);
});

test("two admins who change one pool at once are told, and neither loses what they typed", async ({ page, context, world, signIn }) => {
  await signIn("admin", "Ada Twice");
  const pool = await world.db.pool.create({
    data: { name: `Twice ${randomUUID()}`, guidelines: { create: { version: 1, body: "Be fair." } } },
  });
  const other = await context.newPage();
  const write = async (on: Page, text: string) => {
    await on.getByLabel("Guidelines, in Markdown").fill(text);
    await on.getByRole("button", { name: /^Save version/ }).click();
  };
  for (const on of [page, other]) await on.goto(`/admin/pools/${pool.id}/guidelines`);
  await write(other, "Be fair, and brief.");
  await expect(other.getByText(/Version 2.*in force/)).toBeVisible();
  await write(page, "Be fair, and kind.");
  await expect(page.getByRole("alert")).toContainText("Version 2 was saved while you wrote.");
  await expect(page.getByLabel("Guidelines, in Markdown")).toHaveValue("Be fair, and kind.");
  await page.getByRole("button", { name: "Save version 3" }).click();
  await expect(page.getByText(/Version 3.*in force/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Save version 4" })).toBeDisabled();

  for (const on of [page, other]) await on.goto(`/admin/pools/${pool.id}/settings`);
  const save = async (on: Page, label: string, value: string) => {
    await on.getByLabel(label).fill(value);
    await on.getByRole("button", { name: "Save settings" }).click();
  };
  await save(other, "Priority", "5");
  await expect(other.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  await save(page, "Description", "A long text.");
  await expect(page.getByRole("alert")).toContainText("Somebody else changed this pool a moment ago");
  await expect(page.getByLabel("Description")).toHaveValue("A long text.");
  await page.getByLabel("Priority").fill("5");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  expect(await world.db.pool.findUniqueOrThrow({ where: { id: pool.id } })).toMatchObject({ priority: 5, description: "A long text." });
});

test("prompts are searched, sorted, archived many at a time and brought back; the address is the state", async ({
  page,
  world,
  signIn,
}) => {
  await signIn("admin", "Ada Lists");
  const { givenPool } = await import("../support/votes");
  const { poolId } = await givenPool(
    `Lists ${randomUUID()}`,
    Array.from({ length: 60 }, (_, index) => ({ prompt: `Zebra question ${String(index).padStart(2, "0")}`, votes: [] })),
  );
  await page.goto(`/admin/prompts?pool=${poolId}`);
  const table = page.getByRole("region", { name: "Prompts" });
  await expect(page.getByText("1–25 of 60")).toBeVisible();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("26–50 of 60")).toBeVisible();
  await page.reload();
  await expect(page.getByText("26–50 of 60")).toBeVisible();
  await page.goBack();
  await expect(page.getByText("1–25 of 60")).toBeVisible();
  await page.getByRole("link", { name: "Turns" }).click();
  await expect(table.locator("th[aria-sort]")).toHaveText("Turns");

  await page.getByLabel("Search", { exact: true }).fill("zebra 07");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/q=zebra\+07/);
  await expect(table.getByRole("row")).toHaveCount(2);
  await page.getByRole("checkbox", { name: "Select row 1" }).check();
  await page.getByRole("button", { name: "Archive" }).click();
  const dialog = page.getByRole("dialog", { name: "Archive 1 prompt?" });
  await expect(dialog).toContainText("every vote is kept");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("No prompt matches")).toBeVisible();
  const archived = () => world.db.prompt.count({ where: { poolId, archivedAt: { not: null } } });
  expect(await archived()).toBe(1);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(table.getByRole("row")).toHaveCount(2);
  expect(await archived()).toBe(0);
});

test("a comparison shows every vote with its revisions, its edit and what was shown where; its flag is resolved", async ({
  page,
  world,
  signIn,
}) => {
  const { claimOne, answerTo, makePool } = await import("../support/annotation");
  const { submitVote } = await import("../../app/votes/submit.server");
  const { regradeVote } = await import("../../app/votes/regrade.server");
  const { flagPair } = await import("../../app/votes/pass.server");
  const ann = { kind: "user" as const, id: (await world.person("annotator", "Ann Votes")).id };
  const hostile = "<script>window.hacked = true</script>\n\nשלום 👩‍💻";
  const pool = await makePool({ responses: [hostile, "Quite another answer."] });
  const pair = await claimOne(ann.id, { poolId: pool.id });
  const place = pair.left.text === hostile ? "left" : "right";
  const edit = { text: `${hostile} And more.` };
  const { voteId } = await submitVote(ann, answerTo(pair, { choice: place, strength: "slightly_better", edit, comment: "It is kinder." }));
  const again = { voteId, revision: 1, idempotencyKey: randomUUID(), choice: place, strength: "better", activeMs: 5000 } as const;
  await regradeVote(ann, { ...again, nothingToImprove: false, comment: "On reflection." });
  await flagPair(ann, { comparisonId: pair.comparisonId, reason: "harmful", comment: "Look at this.", skip: false });

  await signIn("admin", "Ada Votes");
  await page.goto(`/admin/comparisons/${pair.comparisonId}`);
  await expect(page.getByText("<script>window.hacked = true</script>").first()).toBeVisible();
  await page.getByText("1 earlier revision").click();
  await expect(page.getByText("It is kinder.")).toBeVisible();
  await expect(page.getByText("On reflection.")).toBeVisible();
  // Comments speak of the letters on their writer's screen.
  const { responseA, responseB } = await world.db.comparison.findUniqueOrThrow({
    where: { id: pair.comparisonId },
    include: { responseA: true, responseB: true },
  });
  const [left, right] = responseA.text === pair.left.text ? [responseA, responseB] : [responseB, responseA];
  const letters = new RegExp(`Their A = ${left.modelName} \\([AB] here\\), their B = ${right.modelName} \\([AB] here\\)`);
  await expect(page.getByText(letters).filter({ visible: true })).toHaveCount(3);
  await page.getByText(/Edited: 10 characters changed/).click();
  await expect(page.locator("ins")).toContainText("And more.");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByRole("button", { name: "Resolve" })).toBeHidden();
  expect(await world.db.flag.findFirstOrThrow({ where: { comparisonId: pair.comparisonId } })).toMatchObject({
    resolvedAt: expect.any(Date) as Date,
  });
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("what a reviewer grades after opening its models is marked as not blind, and releases say so", async ({ page, world, signIn }) => {
  const { claimOne, answerTo, makePool } = await import("../support/annotation");
  const { submitVote } = await import("../../app/votes/submit.server");
  const pool = await makePool();
  const { id } = await signIn("reviewer", "Rita Curious");
  await page.goto(`/admin/comparisons/${pool.comparisons[0]}`);
  await expect(page.getByText("No vote yet")).toBeVisible();
  await submitVote({ kind: "user", id }, answerTo(await claimOne(id, { poolId: pool.id })));
  await page.reload();
  await expect(page.getByText("Not blind")).toBeVisible();
  await expectAccessible(page);
  await page.goto(`/admin/people/${id}`);
  await expect(page.getByText("not blind")).toBeVisible();

  await signIn("admin", "Ada Releases");
  await page.goto("/admin/releases/new");
  await expect(page.getByLabel("Votes that are not blind")).toHaveAccessibleDescription(/Now left out: \d+ votes?\.$/);
  const { promptId } = await world.db.comparison.findUniqueOrThrow({ where: { id: pool.comparisons[0]! } });
  expect(await world.db.opened.findMany({ select: { userId: true, subjectId: true } })).toContainEqual({ userId: id, subjectId: promptId });
});
