import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { expectVotes, heading, openWorkbench, questionNumber, status } from "./workbench";

test.use({ serviceWorkers: "allow" });

const kept = (page: Page) =>
  page.evaluate(async () => {
    const cache = (await caches.has("tiebreak-shell")) ? await caches.open("tiebreak-shell") : null;
    return (await cache?.keys())?.map(({ url }) => new URL(url).pathname) ?? [];
  });

test("a reload without a network shows the page and what waits; once it is back the work goes on, and signing out leaves nothing", async ({
  page,
  context,
  instance,
  world,
  signIn,
}) => {
  test.setTimeout(120_000);
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(5));
  await expect.poll(() => kept(page)).toContain("/annotate");
  const [files] = [await kept(page)];
  expect(files.filter((file) => file !== "/annotate" && !file.startsWith("/build/"))).toEqual([]);
  await expect(page.locator(".wb-pair")).toHaveCount(3);
  await page.evaluate(() => navigator.serviceWorker.ready);

  await context.setOffline(true);
  // All that was fetched ahead is answered: the page says what comes next, and the text has not moved.
  const top = () => page.locator(".wb-body").evaluate((element) => element.getBoundingClientRect().top);
  const before = await top();
  for (const number of [1, 2, 3]) {
    await expect.poll(() => questionNumber(page)).toBe(number);
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    await expect(status(page)).toHaveText(new RegExp(`^Offline: ${number} answers? waiting`));
    expect(await top()).toBe(before);
  }
  await expect(page.getByRole("main").getByText("3 answers are kept on this computer.")).toBeVisible();
  await expect(page.getByRole("main").getByText("once they have gone out, the next pair comes.")).toBeVisible();

  await page.reload();
  await expect(heading(page)).toHaveText("Annotate");
  await expect(status(page)).toHaveText(/^Offline: 3 answers waiting/);
  await context.setOffline(false);
  await expectVotes(world, person.id, 3);
  await expect.poll(() => questionNumber(page), { timeout: 20_000 }).toBe(4);

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/(login|setup)/);
  await expect.poll(() => kept(page)).toEqual([]);
  await context.setOffline(true);
  await expect(page.goto(`${instance.url}/annotate`)).rejects.toThrow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
});
