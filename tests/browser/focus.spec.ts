import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { oneOfEach } from "./ids";
import { plainPairs } from "./pairs";
import { heading, openWorkbench, pressAgain, questionNumber, response } from "./workbench";

const dialog = (page: Page) => page.getByRole("dialog");
const focusLost = (page: Page) => page.evaluate(() => document.activeElement === document.body);

test("dialogs of the workbench give the focus back, and the heading of each next pair takes it", async ({ page, world, signIn }) => {
  await openWorkbench({ page, world, signIn }, plainPairs(6));
  for (const name of ["Skip", "Flag", "Keys"]) {
    const opener = page.getByRole("button", { name, exact: false }).filter({ hasText: name }).last();
    await opener.focus();
    await page.keyboard.press("Enter");
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toBeHidden();
    await expect(opener).toBeFocused();
  }
  // Opened by key from nowhere: what the page is about has it.
  await page.getByRole("button", { name: /^Keys/ }).blur();
  await page.keyboard.press("s");
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(heading(page)).toBeFocused();

  for (const number of [2, 3, 4]) {
    const before = await heading(page).elementHandle();
    await page.keyboard.press(String(number));
    await page.keyboard.press("Enter");
    await expect.poll(() => questionNumber(page)).toBe(number);
    await expect(heading(page)).toBeFocused();
    expect(await before!.evaluate((element) => element.isConnected), "a heading that had the focus is not announced again").toBe(false);
  }
  // A dialog that ends the pair leads to the next one, not to its button.
  await page.getByRole("button", { name: /^Skip/ }).click();
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await expect.poll(() => questionNumber(page)).toBe(5);
  await expect(dialog(page)).toBeHidden();
  await expect(heading(page)).toBeFocused();

  await page.keyboard.press("2");
  await page.keyboard.press("e");
  await expect(page.getByRole("textbox", { name: /Improve response A/ })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(
    response(page, "A").getByRole("region", { name: "Text of response A" }).or(response(page, "A").locator(".wb-text")),
  ).toBeFocused();
  await page.keyboard.press("c");
  await page.keyboard.press("Escape");
  await expect.poll(() => focusLost(page)).toBe(false);
});

test("what happens on the workbench is said once, from a region that is there from the start", async ({ page, context, world, signIn }) => {
  await openWorkbench({ page, world, signIn }, plainPairs(3));
  const log = page.getByRole("log", { name: "What happened" });
  const last = log.locator("p").last();
  await expect(last).toHaveText(/^Question 1/);
  await page.evaluate(() => document.querySelector("[data-testid=announcer]")!.setAttribute("data-first", "yes"));
  const said = async (key: string, text: string | RegExp) => {
    await pressAgain(page, key);
    await expect(last).toHaveText(text);
  };
  await said("3", "A is slightly better");
  await said("Escape", "No grade");
  await said("d", "Differences: on");
  await said("d", "Differences: off");
  await said("g", "Guidelines: on");
  await said("g", "Guidelines: off");
  await said("7", "B is better");
  await said("Enter", /^B is better\. Question 2/);
  await said("u", /^Draft restored: B is better\. Question 1/);
  await expect(log.locator("p").nth(-2)).toHaveText("Taken back: B is better");
  await said("Enter", /^B is better\. Question 2/);
  await context.setOffline(true);
  await said("1", "A is significantly better");
  await page.keyboard.press("Enter");
  await expect(log.getByText("Offline: 1 answer waiting, kept on this computer")).toBeAttached();
  await context.setOffline(false);
  await expect(log.getByText("All saved")).toBeAttached();
  await page.keyboard.press("8");
  await page.keyboard.press("Enter");
  await expect(last).toHaveText("All done");
  await expect(heading(page)).toBeFocused();
  await expect(log).toHaveAttribute("data-first", "yes");
});

test("lists keep the focus: a tick, a filter, a confirmation, an order", async ({ page, world, signIn }) => {
  const ids = await oneOfEach(world);
  await signIn("admin");
  await page.goto("/admin/prompts");
  const tick = page.getByRole("checkbox", { name: "Select row 1", exact: true });
  await tick.focus();
  await page.keyboard.press("Space");
  await expect(tick).toBeChecked();
  await expect(tick).toBeFocused();
  await page.keyboard.press("Space");
  await expect(tick).not.toBeChecked();

  const pool = page.getByLabel("Pool");
  await pool.focus();
  await page.keyboard.press("ArrowDown");
  await expect(pool).not.toHaveValue("");
  await expect(page).toHaveURL(/\/admin\/prompts$/);
  await page.getByRole("button", { name: "Apply" }).press("Enter");
  await expect(page).toHaveURL(/pool=[0-9a-f-]{36}/);
  await expect(page.getByRole("button", { name: "Apply" })).toBeFocused();
  await expect(page.getByRole("log")).toContainText(/Prompts: \d+ rows?|Prompts: no rows/);
  const search = page.getByLabel("Search", { exact: false }).first();
  await search.fill("no prompt has these words");
  await search.press("Enter");
  await expect(page).toHaveURL(/q=no/);
  await expect(search).toBeFocused();
  await expect(page.getByRole("log")).toContainText("Prompts: no rows");
  await page.getByRole("link", { name: "Clear" }).press("Enter");
  await expect(page).toHaveURL(/\/admin\/prompts$/);
  await expect(search).toHaveValue("");
  await expect(pool).toHaveValue("");
  await expect(search).toBeFocused();

  // A click beside the link of a row follows it; one on its box ticks.
  await page.getByRole("row").nth(1).getByRole("cell").nth(3).click();
  await expect(page).toHaveURL(/\/admin\/prompts\/[0-9a-f-]{36}$/);

  // A new page: its heading. A refused form: its first field in error. A busy button: it stays.
  await page.getByRole("navigation", { name: "Admin" }).getByRole("link", { name: "Pools" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Pools" })).toBeFocused();
  await page.goto(`/admin/pools/${ids.pool}/settings`);
  await page.getByLabel("Name", { exact: true }).fill(" ");
  await page.getByRole("button", { name: "Save settings" }).press("Enter");
  await expect(page.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
});

test("an address that no page has keeps the navigation, has a heading and a title", async ({ page, signIn }) => {
  expect((await page.goto("/no%20such-p%C3%A4ge?of=a%20b+c"))?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "Nothing here" })).toBeVisible();
  await expect(page).toHaveTitle("Nothing here · Tiebreak");
  await signIn("admin");
  await page.goto("/no-such-page");
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  for (const address of ["/admin/no-such-page", "/admin/prompts/00000000-0000-4000-8000-000000000000", "/admin/releases/99999"]) {
    expect((await page.goto(address))?.status()).toBe(404);
    await expect(page.getByRole("navigation", { name: "Admin" }).getByRole("link")).not.toHaveCount(0);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing here");
    await expect(page).toHaveTitle("Nothing here · Tiebreak");
  }
});
