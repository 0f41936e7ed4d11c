import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import type { Manifest } from "../../../app/releases/manifest";
import { lastPart } from "./jobs";
import { expect, type Walk } from "./walk";

export type ReleaseSpec = { name: string; pools: readonly string[]; aggregation: "majority" | "votes"; test?: number };

/** Cuts a release in the browser, downloads it as one archive and unpacks it. Every file must be what the manifest says. */
export async function cutRelease(
  walk: Walk,
  page: Page,
  spec: ReleaseSpec,
  scratch: string,
): Promise<{ folder: string; manifest: Manifest }> {
  await page.goto("/admin/releases/new");
  await page.getByLabel("Name of the release").fill(spec.name);
  for (const pool of spec.pools) await page.getByLabel(pool, { exact: true }).check();
  await page.getByLabel("Several votes on one comparison").selectOption(spec.aggregation);
  if (spec.test) await page.getByLabel("Test, %").fill(String(spec.test));
  await expect(page.getByText(/rows of .* prompts, .* with an edit/)).toBeVisible();
  // For the picture alone: the preview may be counted once more.
  await page.waitForTimeout(1500);
  await walk.shot(page, `release-form-${spec.aggregation}`, true);
  await page.getByRole("button", { name: "Make the release" }).click();
  await expect(page.getByText("Content hash")).toBeVisible({ timeout: 10 * 60_000 });
  await walk.shot(page, `release-${spec.aggregation}`, true);

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "All files, .tar" }).click()]);
  const into = path.join(scratch, `release-${lastPart(page)}`);
  await mkdir(into);
  execFileSync("tar", ["-xf", await download.path(), "-C", into, "--strip-components=1"]);
  const manifest = JSON.parse(await readFile(path.join(into, "manifest.json"), "utf8")) as Manifest;
  for (const file of manifest.files) {
    const hash = createHash("sha256").update(await readFile(path.join(into, file.path)));
    expect(hash.digest("hex"), file.path).toBe(file.sha256);
  }
  return { folder: into, manifest };
}
