import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import { makePool, plainPairs } from "./pairs";
import { expectVotes, openWorkbench, response } from "./workbench";

test.beforeEach(() => test.setTimeout(120_000));

/** As when somebody turns to another tab, or comes back. */
const hide = (page: Page, hidden: boolean) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("time on a pair stands still while nobody is there or looks elsewhere, and says so", async ({ page, world, signIn }) => {
  await page.clock.install();
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  const timer = page.getByRole("timer", { name: "Time on this pair" });
  await page.clock.runFor(5_000);
  await expect(timer).toHaveText(/^0:(0[5-9]|[1-4]\d)$/);
  await page.mouse.move(300, 300);
  // Ten minutes without a key, a click or a move.
  await page.clock.fastForward("10:00");
  await page.clock.runFor(1_000);
  await expect(timer).toHaveText(/^0:\d\d paused$/);
  await page.keyboard.press("3");
  await page.clock.runFor(1_000);
  await expect(timer).toHaveText(/^0:\d\d$/);
  await hide(page, true);
  await page.clock.fastForward("00:40");
  await page.clock.runFor(1_000);
  await expect(timer).toHaveText(/^0:\d\d paused$/);
  await hide(page, false);
  const [vote] = await Promise.all([page.waitForRequest("**/annotate/vote"), page.keyboard.press("Enter")]);
  const { activeMs } = vote.postDataJSON() as { activeMs: number };
  expect(activeMs).toBeGreaterThan(5_000);
  expect(activeMs).toBeLessThan(60_000);
  await expectVotes(world, person.id, 1);
});

test("when others hold the last pairs the page says so, and gets what is given back", async ({ page, world, signIn }) => {
  const { claimOne } = await import("../support/annotation");
  const { releaseLeases } = await import("../../app/assignment/commands.server");
  const ben = await world.person("annotator", "Ben");
  const me = await signIn("annotator");
  const pool = await makePool(world, plainPairs(1), { members: [ben, me] });
  const pair = await claimOne(ben.id, { poolId: pool.id });
  await page.goto("/annotate");
  await expect(page.getByRole("main").getByText("Others have the last pairs")).toBeVisible();
  await expectAccessible(page);
  await releaseLeases(ben.id, { leases: [pair] });
  await page.getByRole("button", { name: "Look again now" }).click();
  await expect(response(page, "A")).toBeVisible();
});

test("a server with a fault and a lost connection are told apart, and the work begins once they are over", async ({
  page,
  world,
  signIn,
}) => {
  const me = await signIn("annotator");
  await makePool(world, plainPairs(1), { members: [me] });
  await page.route("**/annotate/claim", (route) => route.fulfill({ status: 500, json: { error: "Something broke." } }));
  await page.goto("/annotate");
  await expect(page.getByRole("main").getByText("The server has a problem")).toBeVisible();
  await expect(page.getByText(/Something broke\. The page tries again by itself/)).toBeVisible();
  await expectAccessible(page);
  await page.unroute("**/annotate/claim");
  await page.route("**/annotate/claim", (route) => route.abort());
  await page.getByRole("button", { name: "Try now" }).click();
  await expect(page.getByRole("main").getByText("No connection")).toBeVisible();
  await page.unroute("**/annotate/claim");
  // By itself, without a press of the button.
  await expect(response(page, "A")).toBeVisible({ timeout: 30_000 });
});
