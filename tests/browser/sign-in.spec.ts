import { expect, expectAccessible, test } from "./fixtures";
import { PASSWORD } from "./world";

// Other files use up the tries that an address has in a minute.
test.use({ fresh: "sign-in" });

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

test("guessing is stopped, in words on the page", async ({ page, request, world }) => {
  await world.person("admin");
  await page.goto("/login");
  const { origin } = new URL(page.url());
  const guess = () =>
    request.post("/login", { form: { email: "a@example.org", password: "a guess", to: "/" }, headers: { Origin: origin } });
  const answers = await Promise.all(Array.from({ length: 31 }, guess));
  expect(answers.map((answer) => answer.status())).toContain(429);
  // The wait grows with each guess; one of some seconds does not end before the page has asked.
  await expect.poll(async () => await (await guess()).text(), { timeout: 30_000 }).toMatch(/Try again in [5-8] seconds/);
  await page.getByLabel("E-mail").fill("a@example.org");
  await page.getByLabel("Password").fill("one more guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText(/^Too many wrong passwords for this account\. Try again in .*(second|minute)/);
});

test("guessing the password of an open session is stopped, too", async ({ page, context, signIn }) => {
  await signIn("annotator");
  await page.goto("/account");
  const { origin } = new URL(page.url());
  const form = { intent: "password", current: "a guess", password: "a sentence that is long" };
  const guess = () => context.request.post("/account", { form, headers: { Origin: origin } });
  const answers = await Promise.all(Array.from({ length: 31 }, guess));
  expect(answers.map((answer) => answer.status())).toContain(429);
  await page.getByLabel("Current password").fill("a guess");
  await page.getByLabel("New password").fill("a sentence that is long");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("alert")).toHaveText("Too many tries. Wait a minute, then try again.");
});
