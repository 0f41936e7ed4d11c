import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

/** Keeps the page's own script from arriving until the answer is called: what is on screen is the server's. */
async function holdScript(page: Page) {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/entry.client-*.js", (route) => held.then(() => route.continue()));
  return release;
}

async function givenPrompts(name: string, count: number) {
  const { givenPool } = await import("../support/votes");
  const prompts = Array.from({ length: count }, (_, index) => ({ prompt: `Zebra question ${String(index).padStart(2, "0")}`, votes: [] }));
  return givenPool(`${name} ${randomUUID()}`, prompts);
}

test("what a person does before the script of the page has arrived counts", async ({ page, signIn }) => {
  await signIn("admin", "Ada Early");
  const { poolId } = await givenPrompts("Early", 60);
  const search = page.getByLabel("Search", { exact: true });

  // A ticked box and a typed word.
  const first = await holdScript(page);
  await page.goto(`/admin/prompts?pool=${poolId}`, { waitUntil: "commit" });
  const box = page.getByRole("checkbox", { name: "Select row 1", exact: true });
  await box.check();
  await search.fill("zebra 07");
  await search.press("ArrowLeft");
  first();
  await expect(page.getByRole("button", { name: "Archive" })).toBeVisible();
  await expect(box).toBeChecked();
  await expect(search).toBeFocused();
  expect(await search.evaluate((input: HTMLInputElement) => [input.value, input.selectionStart])).toEqual(["zebra 07", 7]);

  // Back: the rows are those of the address.
  await page.unroute("**/entry.client-*.js");
  await page.goto(`/admin/prompts?pool=${poolId}`);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("26–50 of 60")).toBeVisible();
  const second = await holdScript(page);
  await page.reload({ waitUntil: "commit" });
  await expect(page.getByText("26–50 of 60")).toBeVisible();
  await page.goBack({ waitUntil: "commit" });
  await expect(page).not.toHaveURL(/page=2/);
  second();
  await expect(page.getByText("1–25 of 60")).toBeVisible();
});

test("fields that nobody has touched are not told of as changed", async ({ page, signIn }) => {
  await signIn("admin", "Ada Idle");
  await givenPrompts("Idle", 1);
  await page.addInitScript(() => {
    const told: string[] = [];
    const tell = ({ type, target }: Event) => told.push(`${type} of ${(target as HTMLInputElement).name}`);
    for (const type of ["input", "change"]) addEventListener(type, tell, true);
    Object.assign(window, { told });
  });
  for (const address of ["/admin/prompts", "/admin/imports/new", "/admin/releases/new", "/admin/jobs/new", "/admin/pools/new"]) {
    await page.goto(address);
    const fields = page.locator("#main").locator("select, input, textarea");
    await expect
      .poll(() => fields.first().evaluate((field) => Object.keys(field).some((key) => key.startsWith("__reactProps"))))
      .toBe(true);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    expect(await page.evaluate(() => (window as unknown as { told: string[] }).told), address).toEqual([]);
  }
});

test("prose keeps its place when the page takes over", async ({ page, world, signIn }) => {
  await signIn("admin", "Ada Still");
  const { givenPool } = await import("../support/votes");
  const prose = "The first paragraph,\non two lines.\n\nThe second, after a blank line.\n\n\nThe third, after two.\n";
  const { poolId } = await givenPool(`Still ${randomUUID()}`, [{ prompt: prose, votes: [] }]);
  const prompt = await world.db.prompt.findFirstOrThrow({ where: { poolId } });
  const release = await holdScript(page);
  await page.goto(`/admin/prompts/${prompt.id}`, { waitUntil: "commit" });
  const height = (text: string) =>
    page
      .locator(text)
      .first()
      .evaluate((element) => element.getBoundingClientRect().height);
  const plain = await height(".md-plain");
  release();
  await expect(page.locator(".md-plain")).toHaveCount(0);
  expect(await height(".md")).toBe(plain);
});

test("clicks while the page takes over do not end it", async ({ page, signIn, context }) => {
  await signIn("admin", "Ada Clicks");
  const { poolId } = await givenPrompts("Clicks", 30);
  await page.addInitScript(() => {
    const click = () => document.querySelector<HTMLElement>('[aria-label="Select row 1"]')?.click();
    const timer = setInterval(click, 4);
    addEventListener("stop-clicking", () => clearInterval(timer));
  });
  // A slow machine, on which there is time for clicks between the steps of it.
  await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.goto(`/admin/prompts?pool=${poolId}`);
  const box = page.getByRole("checkbox", { name: "Select row 1", exact: true });
  await expect.poll(() => box.evaluate((input) => Object.keys(input).some((key) => key.startsWith("__reactProps")))).toBe(true);
  await page.evaluate(() => dispatchEvent(new Event("stop-clicking")));
  await box.setChecked(true);
  await expect(page.getByRole("button", { name: "Archive" })).toBeVisible();
  await box.setChecked(false);
  await expect(page.getByRole("button", { name: "Archive" })).toHaveCount(0);
});
