import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { openWorkbench, questionNumber } from "./workbench";

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
    await page.getByRole("link", { name: "History", exact: true }).click();
    await page.getByRole("link", { name: /B is better/ }).click();
    await expect(page.getByText("in force")).toBeVisible();
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    await expect(message(page, "Your new answer is saved.")).toBeVisible();
    await expect(page.getByText("Changed just now · in force")).toBeVisible();
    expect(await covered(needed)).toEqual([]);
  });
