import { expect, expectAccessible, test } from "./fixtures";
import { PASSWORD } from "./world";

test("a wrong password says so and keeps out; the right one lets in", async ({ page, world }) => {
  const { email } = await world.person("reviewer", "Rosa");
  await world.person("admin");
  await page.goto("/login?to=/account");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText("E-mail or password is wrong.");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/account$/);
  await expectAccessible(page);
});
