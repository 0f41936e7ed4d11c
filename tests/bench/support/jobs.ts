import type { Page } from "@playwright/test";
import { expect, type Walk } from "./walk";

const JOB_MS = 30 * 60_000;

/** Registers a folder of this machine as a model, and gives its id. */
export async function registerModel(walk: Walk, page: Page, name: string, folder: string): Promise<string> {
  await page.goto("/admin/models/new");
  const form = page.locator("form", { hasText: "Register folder" });
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Folder").fill(folder);
  await walk.shot(page, `register-${name}`);
  await form.getByRole("button").click();
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await walk.shot(page, `model-${name}`);
  return lastPart(page);
}

export type JobSpec = {
  type: "train_rm" | "train_sft" | "train_dpo";
  name: string;
  model: string;
  /** As the select shows it, in part. */
  release: string;
  fields: Record<string, string>;
};

/** Starts a job from the form, with rows of every strength and of none, and gives its id. */
export async function startJob(walk: Walk, page: Page, { type, name, model, release, fields }: JobSpec): Promise<string> {
  await page.goto(`/admin/jobs/new?type=${type}`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  const choice = page.getByLabel("Release", { exact: true });
  await choice.selectOption(await choice.locator("option", { hasText: release }).getAttribute("value"));
  await page.getByLabel("Model", { exact: true }).selectOption({ label: model });
  await page.getByRole("group", { name: "Strengths that take part" }).getByLabel("All rows").check();
  await page.locator("form details").evaluateAll((all) => all.forEach((section) => section.setAttribute("open", "")));
  await page.getByLabel("Rows without a strength").check();
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
  await walk.shot(page, `form-${name}`, true);
  await page.getByRole("button", { name: "Start job" }).click();
  await expect(page.getByRole("heading", { name: new RegExp(name) })).toBeVisible();
  return lastPart(page);
}

/** Stays on the job's page until it ends. Fails unless its charts moved on the way, and unless it is done. */
export async function watchJob(walk: Walk, page: Page, name: string): Promise<{ chartUpdates: number }> {
  const loss = page.locator("figure", { hasText: "Loss over" }).locator("figcaption");
  const status = page.locator("header, main").getByText(/^(Done|Failed|Cancelled)$/);
  const seen = new Set<string>();
  const until = Date.now() + JOB_MS;
  while ((await status.count()) === 0) {
    if (Date.now() > until) throw new Error(`${name} did not end within half an hour.`);
    const caption = (await loss.count()) > 0 ? ((await loss.textContent().catch(() => null)) ?? "") : "";
    const steps = /over (\d+) steps/.exec(caption)?.[1];
    const moved = steps !== undefined && !seen.has(steps);
    if (moved) seen.add(steps);
    if (moved && seen.size === 10) await walk.shot(page, `${name}-running`, true);
    // How often the running job is looked at.
    await page.waitForTimeout(300);
  }
  await expect(page.getByRole("alert"), `${name} failed`).toHaveCount(0);
  await expect(status.first()).toHaveText("Done");
  expect(seen.size, `different states of the loss chart of ${name} while it ran`).toBeGreaterThanOrEqual(3);
  expect(await drawn(page), `${name}: charts with something drawn on them`).toBeGreaterThanOrEqual(4);
  await walk.shot(page, `${name}-done`, true);
  return { chartUpdates: seen.size };
}

/** How many charts have something other than empty canvas. Text, because what compiles this file adds helpers. */
const drawn = (page: Page) =>
  page.evaluate<number>(`
    [...document.querySelectorAll("figure canvas")].filter((canvas) =>
      canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0),
    ).length`);

export const lastPart = (page: Page): string => new URL(page.url()).pathname.split("/").at(-1) ?? "";
