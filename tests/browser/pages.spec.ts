import { expect, expectAccessible, test } from "./fixtures";
import { oneOfEach } from "./ids";
import { type Ids, ROUTES, routeFiles } from "./route-table";

let ids: Ids;
test.beforeAll(async ({ world }) => {
  ids = await oneOfEach(world);
});

/** Shown only to people who are not signed in, or who are about to become the first admin (tests/browser/first-start.spec.ts). */
const OUTSIDE = new Set(["login", "invite.$token"]);
/** Shown only to the person whose vote it is. */
const OWN = new Set(["annotate.history.$voteId"]);
const NO_PAGE = new Set(["setup", "_index"]);
const pages = (await routeFiles()).filter(({ name, page }) => page && !ROUTES[name]?.layout && !NO_PAGE.has(name)).map(({ name }) => name);

for (const name of pages)
  test(`${name} opens without an error, accessible in light and dark, and fits a phone`, async ({ page, context, instance, signIn }) => {
    if (OWN.has(name)) await context.addCookies([{ ...ids.voter, url: instance.url }]);
    else if (!OUTSIDE.has(name)) await signIn("admin", "Ada Admin");
    const response = await page.goto(ROUTES[name]?.at(ids) ?? "/");
    expect(response?.status()).toBe(ROUTES[name]?.absent ? 404 : 200);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    const beyond = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 0.5);
      return wide.map((element) => `<${element.tagName.toLowerCase()} class="${element.className.toString().slice(0, 60)}">`);
    });
    expect(beyond, "elements that make a phone scroll sideways").toEqual([]);
  });

test("on a phone the menu of the admin pages shows where one is", async ({ page, signIn }) => {
  await signIn("admin", "Ada Admin");
  await page.setViewportSize({ width: 390, height: 844 });
  const menu = page.getByRole("navigation", { name: "Admin" });
  for (const [address, label] of [
    ["/admin/audit", "Audit log"],
    ["/admin/jobs", "Jobs"],
  ] as const) {
    await page.goto(address);
    await expect(menu.getByRole("link", { name: label })).toBeInViewport({ ratio: 0.95 });
  }
});
