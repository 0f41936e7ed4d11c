import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { openWorkbench, questionNumber, status } from "./workbench";

/** What lies over any of these: nothing may. */
const covered = (targets: Locator) =>
  targets.evaluateAll((elements) =>
    elements.flatMap((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const corners = [0.1, 0.5, 0.9].flatMap((across) => [0.2, 0.8].map((down) => [x + width * across, y + height * down] as const));
      const over = corners.map(([left, top]) => document.elementFromPoint(left, top)).find((top) => top && !element.contains(top));
      return over ? [`${element.textContent} is under ${over.outerHTML.slice(0, 120)}`] : [];
    }),
  );

const message = (page: Page, text: string) =>
  page
    .getByRole("region", { name: /Notifications/ })
    .getByRole("listitem")
    .filter({ hasText: text });

for (const [width, height] of [
  [1440, 900],
  [820, 1180],
  [360, 740],
] as const)
  test(`at ${width} × ${height} no message lies over what is needed next`, async ({ page, world, signIn }) => {
    await page.setViewportSize({ width, height });
    await openWorkbench({ page, world, signIn }, plainPairs(3));
    const needed = page.locator(".wb-grade, .wb-answer button");
    await page.keyboard.press("f");
    await page.keyboard.press("1");
    await page.getByRole("dialog").getByRole("button", { name: "Flag" }).click();
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(message(page, "Flagged for an admin.")).toBeVisible();
    expect(await needed.count()).toBeGreaterThan(10);
    expect(await covered(needed)).toEqual([]);
    const box = (await message(page, "Flagged for an admin.").boundingBox())!;
    expect(box.y + box.height).toBeLessThanOrEqual((await page.locator(".wb-answer").boundingBox())!.y);
    if (width >= 768) {
      const text = (await page.locator(".wb-body").boundingBox())!;
      expect(text.y + text.height).toBeLessThanOrEqual(box.y);
    }
    // Escape closes the message, and leaves the grade to the next press.
    await page.keyboard.press("7");
    await page.keyboard.press("Escape");
    await expect(message(page, "Flagged")).toBeHidden();
    await expect(page.getByTestId("chosen")).toHaveText("B is better");

    await page.keyboard.press("Enter");
    await expect.poll(() => questionNumber(page)).toBe(3);
    await expect(status(page)).toHaveText("All saved");
    await page.getByRole("link", { name: "History", exact: true }).click();
    await page.getByRole("link", { name: /B is better/ }).click();
    await expect(page.getByText("in force")).toBeVisible();
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    await expect(message(page, "Your new answer is saved.")).toBeVisible();
    await expect(page.getByText("Changed just now · in force")).toBeVisible();
    expect(await covered(needed)).toEqual([]);
  });

/** The focused element if no part of it is visible: fully covered by a fixed bar, or outside the viewport. */
const hidden = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const { left, top, width, height } = element.getBoundingClientRect();
    if (width <= 1 || height <= 1) return null;
    const down = Array.from({ length: 20 }, (_, index) => top + (height * (index + 0.5)) / 20);
    const spots = [0.1, 0.5, 0.9].flatMap((across) => down.map((y) => [left + width * across, y] as const));
    const seen = spots.some(([x, y]) => {
      const at = document.elementFromPoint(x, y);
      return at !== null && (element.contains(at) || at.contains(element));
    });
    return seen ? null : element.outerHTML.slice(0, 120);
  });

for (const [name, width, height] of [
  ["enlarged to 400 %", 320, 256],
  ["on a phone", 360, 740],
  ["on a tablet", 820, 1180],
] as const)
  test(`${name}, text has room and nothing that has the focus is covered, with the guidelines open too`, async ({
    page,
    world,
    signIn,
  }) => {
    await page.setViewportSize({ width, height });
    const long = "One sentence of the response, and then another one. ".repeat(40);
    await openWorkbench({ page, world, signIn }, [{ prompt: "Question 1: which?", responses: [`A ${long}`, `B ${long}`] }]);
    await page.keyboard.press("g");
    await expect(page.getByRole("complementary", { name: "Guidelines" })).toBeVisible();
    // What stays in place while the page scrolls takes at most half of the window.
    const fixed = await page.evaluate(() =>
      [...document.querySelectorAll("header, .wb-foot, .wb-panel-head")]
        .filter((element) => ["sticky", "fixed"].includes(getComputedStyle(element).position))
        .map((element) => element.getBoundingClientRect().height)
        .reduce((sum, each) => sum + each, 0),
    );
    expect(fixed).toBeLessThan(height / 2);
    const covered: (string | null)[] = [];
    for (let step = 0; step < 45; step++) {
      await page.keyboard.press(step < 30 ? "Tab" : "Shift+Tab");
      covered.push(await hidden(page));
    }
    expect(covered.filter(Boolean)).toEqual([]);
    await expect(page.locator(".wb-grade").first()).toHaveText(/significantly/);
  });

test("without colours, what is chosen and switched on still differs; with less motion nothing glides", async ({ page, world, signIn }) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  const long = "One sentence of the response, and then another one. ".repeat(400);
  await openWorkbench({ page, world, signIn }, [{ prompt: "Question 1: which?", responses: [`A ${long}`, `B ${long}`] }]);
  await page.keyboard.press("3");
  await page.keyboard.press("d");
  const look = (selector: string) =>
    page.locator(selector).evaluateAll((all) => all.map((element) => getComputedStyle(element).backgroundColor));
  const [chosen, other] = [await look(".wb-grade:has(:checked)"), await look(".wb-grade:not(:has(:checked))")];
  expect(chosen).toHaveLength(1);
  expect(other).not.toContain(chosen[0]);
  expect((await look("button[aria-pressed=true]"))[0]).not.toBe((await look("button[aria-pressed=false]"))[0]);
  const bars = await look(".wb-grade:not(:has(:checked)) .wb-grade-bars i");
  expect(new Set(bars).size).toBe(2);
  await page.keyboard.press("d");
  const top = () =>
    page
      .locator(".wb-scroll")
      .nth(1)
      .evaluate((element) => element.scrollTop);
  await page.keyboard.press("j");
  const at = await top();
  expect(at).toBeGreaterThan(100);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await top()).toBe(at);
});

test("reading without a touch is work for as long as it takes; then the person is asked, and any key keeps the pair", async ({
  page,
  world,
  signIn,
}) => {
  await page.clock.install();
  const text = "word ".repeat(300);
  const { person } = await openWorkbench({ page, world, signIn }, [
    { prompt: "Question 1: which?", responses: [`A ${text}`, `B ${text}`] },
  ]);
  const beat = async (ms: number) => {
    const sent = page.waitForRequest(/\/annotate\/heartbeat$/);
    await page.clock.fastForward(ms);
    const request = await sent;
    await (await request.response())!.finished();
    return (request.postDataJSON() as { active: boolean }).active;
  };
  await page.mouse.move(5, 5);
  await beat(10_000);
  // 600 words take four minutes to be read aloud.
  expect(await beat(3 * 60_000)).toBe(true);
  await expect(page.getByRole("timer")).toContainText("3:");
  expect(await beat(2 * 60_000)).toBe(false);
  await expect(page.getByRole("timer")).toContainText("paused");

  await world.db.slot.updateMany({ where: { annotatorId: person.id }, data: { leaseExpiresAt: new Date(Date.now() + 60_000) } });
  expect(await beat(9_000)).toBe(false);
  const question = "Still there? This pair soon goes back to the others.";
  await expect(page.locator(".wb").getByText(question)).toBeVisible();
  await expect(page.getByRole("log")).toContainText(question);
  const kept = page.waitForResponse(/\/annotate\/heartbeat$/);
  await page.keyboard.press("Shift");
  await kept;
  await expect(page.locator(".wb").getByText(question)).toBeHidden();
  const { leaseExpiresAt } = await world.db.slot.findFirstOrThrow({ where: { annotatorId: person.id } });
  expect(leaseExpiresAt!.getTime()).toBeGreaterThan(Date.now() + 600_000);
});

test("texts are set as the person reads best, in this browser, and the colours with the account", async ({ page, world, signIn }) => {
  const line = "A sentence with words of all lengths, as people write them. ".repeat(60);
  await openWorkbench({ page, world, signIn }, [{ prompt: "Question 1: which?", responses: [`A ${line}`, `B ${line}`] }]);
  const text = page.locator(".wb-text > .md").nth(1);
  const panels = page.locator(".wb-responses .wb-panel");
  /** Characters in the widest line of the text. */
  const longest = () =>
    text.evaluate((element) => {
      const range = document.createRange();
      const node = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode()!;
      let [best, from, y] = [0, 0, -1];
      for (let at = 0; at < Math.min(node.textContent!.length, 1500); at++) {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const top = range.getBoundingClientRect().top;
        if (top > y + 5) [best, from, y] = [Math.max(best, at - from), at, top];
      }
      return best;
    });
  await page.setViewportSize({ width: 1920, height: 1000 });
  expect(await longest()).toBeGreaterThan(62);
  expect(await longest()).toBeLessThan(80);
  await page.getByRole("button", { name: "Reading" }).click();
  const dialog = page.getByRole("dialog", { name: "Reading" });
  const size = await text.evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  await dialog.getByText("150 %").click();
  expect(await text.evaluate((element) => parseFloat(getComputedStyle(element).fontSize))).toBeGreaterThan(size * 1.4);
  await dialog.getByText("B below A").click();
  await dialog.getByText("Dark").click();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  const [a, b] = [await panels.nth(0).boundingBox(), await panels.nth(1).boundingBox()];
  expect(b!.y).toBeGreaterThanOrEqual(a!.y + a!.height);
  // The keys still scroll.
  await page.keyboard.press("j");
  await expect.poll(() => panels.nth(0).evaluate((element) => element.getBoundingClientRect().top)).toBeLessThan(a!.y - 50);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(() => text.evaluate((element) => parseFloat(getComputedStyle(element).fontSize))).toBeGreaterThan(size * 1.4);
});
