import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, expectAccessible, test } from "./fixtures";
import { PASSWORD } from "./world";

test.use({ fresh: "first-start" });

test("the first start asks for the first admin, once", async ({ page, instance }) => {
  test.setTimeout(180_000);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Make the first admin" })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Setup code").fill("AAAA-BBBB-CCCC-DDDD");
  await page.getByLabel("Name").fill("Ada Admin");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/setup/);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("This is not the code of this instance.").first()).toBeVisible();
  await page.getByLabel("Setup code").fill((await readFile(path.join(instance.dataDir, "setup-code"), "utf8")).trim());
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/admin/);

  // From an empty instance on there is always a next step, and something to try it with.
  const steps = page
    .getByRole("region", { name: "First steps" })
    .or(page.locator("section").filter({ hasText: "First steps" }))
    .first();
  await expect(steps).toContainText("0 of 5 done");
  await expectAccessible(page);
  await page.goto("/annotate");
  await expect(page.getByRole("main").getByRole("link", { name: "make a new one" })).toBeVisible();
  await page.goto("/admin/jobs/new");
  await expect(page.getByRole("link", { name: "Cut a release of the votes first" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Register a model to start from" })).toBeVisible();
  await page.goto("/admin");
  await page.getByRole("button", { name: "Add sample pools" }).click();
  await expect(page).toHaveURL(/\/admin\/imports$/);
  await expect(page.getByText("Done", { exact: true })).toHaveCount(5, { timeout: 60_000 });
  await page.goto("/admin");
  await expect(steps).toContainText("2 of 5 done");
  await expect(page.getByRole("button", { name: "Add sample pools" })).toHaveCount(0);

  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto("/setup");
  await expect(page.getByRole("heading", { name: "Sign in to Tiebreak" })).toBeVisible();
});
