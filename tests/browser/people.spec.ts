import { expect, expectAccessible, test } from "./fixtures";
import { PASSWORD } from "./world";

// A sign-in per minute and address counts, and other files use theirs up.
test.use({ fresh: "people" });
test.beforeEach(() => test.setTimeout(120_000));

const NEW_PASSWORD = "another sentence that is long";

test("a person is invited by link, joins, is given another role, is signed out, and their account is closed and opened", async ({
  page,
  world,
  signIn,
  otherBrowser,
}) => {
  const admin = await signIn("admin", "Ada People");
  await page.goto("/admin/people");
  await page.getByLabel("For whom").fill("For Ben");
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = page.getByLabel("Invitation link");
  await expect(link).toHaveValue(/\/invite\/tbi_/);
  await expectAccessible(page);
  const address = await link.inputValue();

  const ben = await otherBrowser();
  await ben.goto(address);
  await expect(ben.getByText("Ada People invited you as an annotator.")).toBeVisible();
  await ben.getByLabel("Name").fill("Ben Invited");
  await ben.getByLabel("E-mail").fill(admin.email);
  await ben.getByLabel("Password").fill(PASSWORD);
  await ben.getByRole("button", { name: "Create account" }).click();
  await expect(ben.getByRole("alert")).toContainText("There is already an account with this e-mail.");
  await ben.getByLabel("E-mail").fill("Ben@Example.org ");
  await ben.getByLabel("Password").fill(PASSWORD);
  await ben.getByRole("button", { name: "Create account" }).click();
  await expect(ben).toHaveURL(/\/annotate$/);
  await expect(ben.getByRole("main").getByText("No pool is open to you yet")).toBeVisible();
  expect((await ben.goto("/admin/people"))?.status()).toBe(403);
  await expect(ben.getByText("Not for your role")).toBeVisible();
  await expectAccessible(ben);

  const late = await otherBrowser();
  expect((await late.goto(address))?.status()).toBe(410);
  await expect(late.getByText(/already used/)).toBeVisible();
  await expectAccessible(late);

  // Loaded here because it reaches for the database that `world` has just opened.
  const { givenPool } = await import("../support/votes");
  await givenPool("Ben's votes", ["One", "Two"].map((prompt) => ({ prompt, votes: [{ by: "ben", side: 0 as const }] }))); // prettier-ignore
  expect(await world.db.vote.count()).toBe(2);
  await page.reload();
  await expect(page.getByText("For Ben")).toHaveCount(0);
  await page.getByRole("link", { name: "Ben Invited" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ben Invited" })).toBeVisible();
  await page.getByLabel("Role").selectOption("reviewer");
  await page.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText("ben@example.org · reviewer")).toBeVisible();
  await ben.goto("/admin/people");
  await expect(ben.getByRole("heading", { level: 1, name: "People" })).toBeVisible();
  await expect(ben.getByRole("button", { name: "Make a link" })).toHaveCount(0);

  await page.getByRole("button", { name: "End sessions" }).click();
  await expect(page.getByText("0 sessions open")).toBeVisible();
  await ben.goto("/admin/people");
  await expect(ben).toHaveURL(/\/login\?to=/);
  await ben.getByLabel("E-mail").fill("ben@example.org");
  await ben.getByLabel("Password").fill(PASSWORD);
  await ben.getByRole("button", { name: "Sign in" }).click();
  await expect(ben).toHaveURL(/\/admin\/people$/);

  await page.getByRole("button", { name: "Close account" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Their 2 votes stay and count in the pools, but new releases leave them out");
  await dialog.getByRole("button", { name: "Close account" }).click();
  await expect(page.getByText("The account is closed.")).toBeVisible();
  await expectAccessible(page);
  await ben.reload();
  await expect(ben).toHaveURL(/\/login/);
  await ben.getByLabel("E-mail").fill("ben@example.org");
  await ben.getByLabel("Password").fill(PASSWORD);
  await ben.getByRole("button", { name: "Sign in" }).click();
  await expect(ben.getByRole("alert")).toContainText("This account is closed.");
  await page.getByRole("button", { name: "Open account" }).click();
  await expect(page.getByText("Can sign in and work.")).toBeVisible();
  await ben.getByLabel("Password").fill(PASSWORD);
  await ben.getByRole("button", { name: "Sign in" }).click();
  await expect(ben).not.toHaveURL(/\/login/);

  await page.getByRole("button", { name: "Make a reset link" }).click();
  const reset = page.getByLabel("Reset link");
  await expect(reset).toHaveValue(/\/reset\/tbr_/);
  await expectAccessible(page);
  await late.goto(await reset.inputValue());
  await expect(late.getByLabel("E-mail")).toHaveValue("ben@example.org");
  await expectAccessible(late);
  await late.getByLabel("New password").fill(NEW_PASSWORD);
  await late.getByRole("button", { name: "Set password" }).click();
  await expect(late).not.toHaveURL(/\/reset/);
  await ben.goto("/account");
  await expect(ben).toHaveURL(/\/login/);
  expect((await ben.goto(await reset.inputValue()))?.status()).toBe(410);

  await page.getByRole("link", { name: "What they did" }).click();
  await expect(page.getByRole("table")).toContainText("joined as annotator");
});

test("an invitation that is taken back opens nothing", async ({ page, signIn, otherBrowser }) => {
  await signIn("admin", "Ada People");
  await page.goto("/admin/people");
  await page.getByLabel("For whom").fill("For nobody");
  await page.getByRole("button", { name: "Make a link" }).click();
  const address = await page.getByLabel("Invitation link").inputValue();
  await page.getByRole("listitem").filter({ hasText: "For nobody" }).getByRole("button", { name: "Take back" }).click();
  await expect(page.getByText("For nobody")).toHaveCount(0);
  const other = await otherBrowser();
  expect((await other.goto(address))?.status()).toBe(410);
  await expect(other.getByText(/taken back/)).toBeVisible();
});

test("somebody changes their password and their colours, and ends their sessions elsewhere", async ({
  page,
  world,
  signIn,
  otherBrowser,
}) => {
  await world.person("admin");
  const { email } = await signIn("annotator", "Cleo");
  const elsewhere = await otherBrowser();
  const enter = async (password: string) => {
    await elsewhere.goto("/login?to=/account");
    await elsewhere.getByLabel("E-mail").fill(email);
    await elsewhere.getByLabel("Password").fill(password);
    await elsewhere.getByRole("button", { name: "Sign in" }).click();
  };
  await enter(PASSWORD);
  await expect(elsewhere.getByRole("heading", { level: 1, name: "Cleo" })).toBeVisible();

  await page.goto("/account");
  const change = async (current: string) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the password");
  await expect(page.getByText("The current password is wrong.").first()).toBeVisible();
  await expectAccessible(page);
  await change(PASSWORD);
  await expect(page.getByRole("status")).toHaveText("The password is changed. Every other session has ended.");
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/login/);
  await enter(PASSWORD);
  await expect(elsewhere.getByRole("alert")).toHaveText("E-mail or password is wrong.");
  await enter(NEW_PASSWORD);
  await expect(elsewhere.getByRole("heading", { level: 1, name: "Cleo" })).toBeVisible();

  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(page.getByRole("status")).toHaveText("Every other session has ended.");
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/login/);
  await page.getByLabel("Colours").selectOption("dark");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("status")).toHaveText("Saved.");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme-choice", "dark");
});

test("an admin makes an API token, sees it once, uses it and revokes it", async ({ page, request, signIn }) => {
  await signIn("admin", "Ada Tokens");
  await page.goto("/admin/tokens");
  await page.getByLabel("What is it for").fill("Nightly import");
  await page.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByRole("checkbox", { name: "Read pools" }).check();
  await page.getByRole("button", { name: "Make token" }).click();
  const token = await page.getByLabel("The token").inputValue();
  const ask = async (address: string) => (await request.get(address, { headers: { Authorization: `Bearer ${token}` } })).status();
  expect(await ask("/api/v1/pools")).toBe(200);
  expect(await ask("/api/v1/releases")).toBe(403);
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByLabel("The token")).toHaveCount(0);
  await page.getByRole("button", { name: "Revoke Nightly import" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("Revoked", { exact: true })).toBeVisible();
  expect(await ask("/api/v1/pools")).toBe(401);
});
