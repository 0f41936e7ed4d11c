import { expect, expectAccessible, test } from "./fixtures";
import { oneOfEach } from "./ids";
import { type Ids, ROUTES, rolesOf, routeFiles } from "./route-table";
import { response } from "./workbench";

test.beforeEach(() => test.setTimeout(180_000));

let ids: Ids;
test.beforeAll(async ({ world }) => {
  const { createRelease } = await import("../../app/releases/commands.server");
  const { db, person } = world;
  ids = await oneOfEach(world);
  await db.prompt.update({ where: { id: ids.prompt }, data: { importId: ids.import } });
  // The only vote is on a comparison with a flag.
  const ada = { kind: "user" as const, id: (await person("admin")).id };
  const { id: releaseId, number } = await createRelease(ada, { name: "With flags", options: { flagged: "include" } });
  await expect.poll(async () => (await db.release.findUniqueOrThrow({ where: { number } })).status, { timeout: 30_000 }).toBe("done");
  ids = { ...ids, release: number };
  const job = await db.job.create({
    data: { name: "tuned", type: "train_sft", status: "done", params: {}, releaseId, baseModelId: ids.model },
  });
  await db.model.create({ data: { name: `tuned of ${job.id}`, kind: "checkpoint", task: "causal", jobId: job.id } });
});

test("a reviewer sees what was answered and flagged and how people work, takes a release along, and changes none of it", async ({
  page,
  instance,
  world,
  signIn,
}) => {
  await signIn("reviewer", "Rita Reviewer");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const menu = page.getByRole("navigation", { name: "Admin" }).getByRole("link");
  await expect(menu).toHaveText(["Overview", "Pools", "Prompts", "Comparisons", "Releases", "People"]);
  await expectAccessible(page);

  await page
    .getByRole("link", { name: /I have seen this pair before/ })
    .first()
    .click();
  await expect(page.getByText("Seen before")).toBeVisible();
  await page.getByText(/^Edited: \d+ characters changed/).click();
  await expect(page.locator("ins").first()).toContainText("Better.");
  await expect(page.getByRole("button", { name: /Archive|Resolve/ })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Prompt", exact: true }).click();
  await expect(page.getByText("pairs.jsonl")).toBeVisible();
  await expect(page.getByRole("button", { name: "Archive" })).toHaveCount(0);

  await page.goto(`/admin/pools/${ids.pool}`);
  const tabs = page.getByRole("navigation", { name: "Pool" });
  await expect(tabs.getByRole("link")).toHaveText(["Overview", "Guidelines"]);
  await tabs.getByRole("link", { name: "Guidelines" }).click();
  await expect(page.getByText("Be fair.").first()).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);

  await menu.filter({ hasText: "People" }).click();
  await expect(page.getByRole("button", { name: "Make a link" })).toHaveCount(0);
  await page.goto(`/admin/people/${ids.person}`);
  await expect(page.getByRole("heading", { level: 1, name: "Ann" })).toBeVisible();
  await expect(page.getByRole("button", { name: /role|account|sessions/i })).toHaveCount(0);

  await menu.filter({ hasText: "Releases" }).click();
  await expect(page.getByRole("link", { name: "New release" })).toHaveCount(0);
  await page.goto(`/admin/releases/${ids.release}`);
  await expect(page.getByText("tuned", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: /tuned/ })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Archive" })).toHaveCount(0);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "All files, .zip" }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.zip$/);

  for (const address of ["/admin/jobs", "/admin/imports", "/admin/audit", `/admin/pools/${ids.pool}/settings`]) {
    expect((await page.goto(address))?.status(), address).toBe(403);
    await expect(page.getByText("Not for your role")).toBeVisible();
  }
  await expectAccessible(page);
  const refused = await page.request.post(`/admin/comparisons/${ids.comparison}`, {
    form: { intent: "archive" },
    headers: { Origin: instance.url },
  });
  expect(refused.status()).toBe(403);
  expect(await refused.text()).toContain("This is for admins.");
  expect((await world.db.comparison.findUniqueOrThrow({ where: { id: ids.comparison } })).archivedAt).toBeNull();

  await page.getByRole("link", { name: "Back to the start" }).click();
  await page.getByRole("link", { name: "Annotate" }).click();
  await expect(response(page, "A")).toBeVisible();
});

for (const role of ["reviewer", "admin"] as const)
  test(`every link that a page shows to a ${role} opens for a ${role}`, async ({ page, signIn }) => {
    await signIn(role);
    const links = new Map<string, string>();
    for (const { name, page: isPage } of await routeFiles()) {
      const route = ROUTES[name];
      if (!isPage || !route?.read || typeof route.read === "object" || route.layout || !rolesOf(route.read).includes(role)) continue;
      if (!name.startsWith("admin")) continue;
      await page.goto(route.at(ids));
      const found = await page.locator("a[href^='/']").evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute("href") ?? ""));
      for (const href of found) links.set(href.split("?")[0] ?? href, `${href}, on ${name}`);
    }
    expect(links.size).toBeGreaterThan(10);
    const dead: string[] = [];
    for (const href of links.keys()) {
      const status = (await page.request.get(href)).status();
      if (status >= 400) dead.push(`${status}: ${links.get(href)}`);
    }
    expect(dead).toEqual([]);
  });
