import type { Page } from "@playwright/test";
import { expect, type Walk } from "../support/walk";

const SERVED_MS = 3 * 60_000;
const ANSWER_MS = 2 * 60_000;

/** Waits until a worker serves the model, which is when the playground offers it without a remark. */
export async function untilServed(page: Page, model: { id: string; name: string }): Promise<void> {
  const until = Date.now() + SERVED_MS;
  do {
    if (Date.now() > until) throw new Error(`Nobody serves ${model.name} after three minutes.`);
    await page.goto(`/admin/playground?a=${model.id}`);
    // Asks the server again at this pace; the page does not say by itself that a model is served.
    await page.waitForTimeout(1000);
  } while (
    (await page.getByRole("combobox", { name: "Model", exact: true }).locator(`option[value="${model.id}"]`).innerText()) !== model.name
  );
}

/** Says something to two models, and watches the answer grow. Gives the lengths of the text that were on screen. */
export async function chat(walk: Walk, page: Page, first: { id: string; name: string }, second: { id: string; name: string }) {
  await untilServed(page, first);
  await walk.shot(page, "playground-empty");
  await page.getByRole("button", { name: "Compare with a second model" }).click();
  await page.getByRole("combobox", { name: "Second model" }).selectOption(second.id);
  await page.getByLabel("Your message").fill("Who sang the first song on the album Bloom?");
  const before = Date.now();
  await page.keyboard.press("Control+Enter");
  const column = page.getByRole("region", { name: "Model", exact: true }).locator("[aria-live]");
  const lengths = new Set<number>();
  let firstText = 0;
  for (;;) {
    const { text, busy } = await column.evaluate((element) => ({
      text: element.lastElementChild?.lastElementChild?.textContent ?? "",
      busy: element.getAttribute("aria-busy") === "true",
    }));
    const grown = text !== "" && text !== "…" && !lengths.has(text.length);
    if (grown) {
      firstText ||= Date.now() - before;
      lengths.add(text.length);
    }
    if (grown && lengths.size === 10) await walk.shot(page, "playground-streaming");
    if (!busy && text !== "") break;
    await expect(page.getByRole("alert")).toHaveCount(0);
    if (Date.now() > before + ANSWER_MS) throw new Error("The model did not finish its answer in two minutes.");
    // How often the growing answer is measured.
    await page.waitForTimeout(40);
  }
  await walk.shot(page, "playground-answer", true);
  expect(lengths.size, "lengths of the text while it came").toBeGreaterThanOrEqual(5);
  return { firstText, took: Date.now() - before, updates: lengths.size, characters: Math.max(...lengths) };
}
