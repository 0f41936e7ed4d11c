import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Download } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import type { World } from "./world";

// The list starts empty, and the preview counts every vote there is.
test.use({ fresh: "releases" });

const read = async (download: Download) => await readFile(await download.path());

test("an admin previews, makes, reads, downloads and archives a release", async ({ page, world, signIn }) => {
  test.setTimeout(180_000);
  await signIn("admin", "Ada");
  await page.goto("/admin/releases");
  await expect(page.getByText("No release yet")).toBeVisible();
  await expectAccessible(page);

  // Loaded here because it reaches for the database that `world` has just opened.
  const { givenPool } = await import("../support/votes");
  expect(await world.db.pool.count()).toBe(0);
  const votes = (strength: "better" | "marginally_better", edited?: string) => [
    { by: "ann", side: 0 as const, strength, left: 1 as const, ...(edited ? { edited } : {}) },
  ];
  await givenPool("General help", [
    { prompt: "Why is the sky blue?", votes: votes("better", "Because of the air.") },
    { prompt: "Name a prime.", votes: votes("marginally_better") },
    { prompt: "Of somebody who left", votes: [{ by: "gone", side: 0, strength: "better" }] },
    ...Array.from({ length: 30 }, (_, index) => ({ prompt: `Question ${index}`, votes: votes("better") })),
  ]);

  await world.db.user.updateMany({ where: { email: "gone@example.org" }, data: { deactivatedAt: new Date() } });
  await page.getByRole("link", { name: "Make the first one" }).click();
  const counted = page.getByText(/rows of .* prompts, .* with an edit/);
  await expect(counted).toHaveText("32 rows of 32 prompts, 1 with an edit");
  await expect(page.getByLabel("Votes of people whose account is closed")).toHaveAccessibleDescription("Now left out: 1 vote.");
  await page.getByLabel("Better", { exact: true }).check();
  await expect(counted).toHaveText("31 rows of 31 prompts, 1 with an edit");
  await expect(page.getByText("Rows: other strength")).toBeVisible();
  await page.getByLabel("Validation, %").fill("60");
  await expect(page.getByText(/at most half of the prompts/)).toBeVisible();
  await page.getByLabel("Validation, %").fill("20");
  await page.getByLabel("Name of the release").fill("Strong votes");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Make the release" }).click();

  await expect(page.getByRole("heading", { name: "Strong votes" })).toBeVisible();
  await expect(page.getByText("Content hash")).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);

  const row = page.getByRole("row", { name: /^train\.jsonl/ });
  const [one] = await Promise.all([page.waitForEvent("download"), row.getByRole("link").click()]);
  const hash = createHash("sha256")
    .update(await read(one))
    .digest("hex");
  await expect(row).toContainText(hash);
  const [all] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "All files, .tar" }).click()]);
  const tar = await read(all);
  for (const name of ["train.jsonl", "train.parquet", "manifest.json", "README.md", "llamafactory/dataset_info.json"])
    expect(tar.includes(`/${name}`)).toBe(true);

  await page.getByRole("link", { name: "Train on it" }).click();
  await expect(page.getByLabel("Release", { exact: true }).locator("option:checked")).toHaveText(/Strong votes \(31 rows\)/);
  await page.goBack();
  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Archived", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Train on it" })).toHaveCount(0);
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Releases" }).click();
  await expect(page.getByText("No release yet")).toBeVisible();
  await page.getByLabel("Show").selectOption("yes");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("link", { name: "Strong votes" })).toBeVisible();
});

test("a reviewer reads and downloads releases, and cannot make or change one", async ({ page, signIn }) => {
  await signIn("reviewer", "Rita");
  await page.goto("/admin/releases");
  await expect(page.getByRole("heading", { name: "Releases" })).toBeVisible();
  await expect(page.getByRole("link", { name: "New release" })).toHaveCount(0);
  expect((await page.goto("/admin/releases/new"))?.status()).toBe(403);
});

/** Nobody reads votes until the answer is called: a release that is being made stands still, and the next one waits behind it. */
async function holdVotes({ db }: World): Promise<() => Promise<void>> {
  let letGo: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (letGo = resolve));
  let held = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    held = db.$transaction(
      async (tx) => {
        await tx.$executeRaw`LOCK TABLE "VoteRevision" IN ACCESS EXCLUSIVE MODE`;
        resolve();
        await until;
      },
      { timeout: 100_000 },
    );
    held.catch(reject);
  });
  return async () => {
    letGo();
    await held;
  };
}

test("a release that is being made and one that waits are cancelled from their pages, and leave nothing to download", async ({
  page,
  instance,
  world,
  signIn,
}) => {
  test.setTimeout(120_000);
  const { id } = await signIn("admin", "Ada");
  const { givenPool } = await import("../support/votes");
  const { createRelease } = await import("../../app/releases/commands.server");
  const votes = [{ by: "ann", side: 0 as const, strength: "better" as const }];
  await givenPool(
    "To cancel",
    ["Why?", "How?"].map((prompt) => ({ prompt, votes })),
  );
  await page.goto("/admin/releases/new");
  await page.getByLabel("Name of the release").fill("Never made");
  await expect(page.getByText(/rows of .* prompts, .* with an edit/)).toBeVisible();
  const letGo = await holdVotes(world);
  await page.getByRole("button", { name: "Make the release" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Never made" })).toBeVisible();
  await expect(page.getByText(/^Choosing the votes/)).toBeVisible();
  const making = Number(page.url().split("/").at(-1));
  const { number: waiting } = await createRelease({ kind: "user", id }, { name: "Never begun" });

  await page.goto(`/admin/releases/${waiting}`);
  await expect(page.getByText(/^Waits for a background worker/)).toBeVisible();
  await expectAccessible(page);
  const cancel = page.getByRole("button", { name: "Cancel release" });
  const gone = page.getByText("Cancelled before it was finished. No file of it was kept.");
  await cancel.click();
  await expect(gone).toBeVisible();

  await page.goto(`/admin/releases/${making}`);
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
  await cancel.click();
  await expect(page.getByText(/^Stopping …/)).toBeVisible();
  await expect(cancel).toBeDisabled();
  await expectAccessible(page);
  // It hears of the cancel in the answer to a heartbeat, and sends the next one after that.
  const heard = new Set<number>();
  const beat = async () => {
    const { status, heartbeatAt, cancelRequestedAt } = await world.db.release.findUniqueOrThrow({ where: { number: making } });
    if (status === "cancelled") return Infinity;
    if (heartbeatAt && cancelRequestedAt && heartbeatAt > cancelRequestedAt) heard.add(heartbeatAt.getTime());
    return heard.size;
  };
  await expect.poll(beat, { timeout: 30_000 }).toBeGreaterThan(1);
  await letGo();
  await expect(gone).toBeVisible({ timeout: 30_000 });

  for (const number of [making, waiting]) {
    await page.goto(`/admin/releases/${number}`);
    await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: /^All files/ })).toHaveCount(0);
    expect((await page.request.get(`/admin/releases/${number}/download?archive=tar`)).status()).toBe(409);
  }
  const kept = await readdir(path.join(instance.dataDir, "releases")).catch(() => [] as string[]);
  expect(
    kept.filter((name) => [making, waiting].some((number) => name === String(number) || name.startsWith(`.making-${number}-`))),
  ).toEqual([]);
});
