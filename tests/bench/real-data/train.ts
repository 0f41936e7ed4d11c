import type { Page } from "@playwright/test";
import type { World } from "../../browser/world";
import { type JobSpec, startJob, watchJob } from "../support/jobs";
import { expect, type Walk } from "../support/walk";

export type Trained = {
  id: string;
  model: string;
  seconds: number;
  steps: number;
  first: number;
  last: number;
  evaluation: Evaluation;
  charts: number;
};
type Evaluation = {
  accuracy: Share;
  per_pool: { name: string; accuracy: Share }[];
  length_bias: { model_prefers_longer: Share; votes_prefer_longer: Share };
};
type Share = { value: number; low: number; high: number; count: number };

/** One job from the form to its end. Its losses must be finite, its report on the page, its model in the registry. */
export async function train(walk: Walk, page: Page, world: World, spec: JobSpec): Promise<Trained> {
  const id = await startJob(walk, page, spec);
  const { chartUpdates } = await watchJob(walk, page, spec.name);
  const job = await world.db.job.findUniqueOrThrow({ where: { id }, include: { made: true } });
  const metrics = await world.db.jobMetric.findMany({ where: { jobId: id }, orderBy: { seq: "asc" } });
  const losses = metrics.flatMap(({ values }) => (values as { loss?: number }).loss ?? []);
  expect(losses.length, "steps with a loss").toBeGreaterThan(10);
  expect(losses.every(Number.isFinite), "every loss is finite").toBe(true);
  const { evaluation } = job.result as { evaluation: Evaluation };
  const { accuracy } = evaluation;
  const shown = `${(accuracy.value * 100).toFixed(1)}% (${(accuracy.low * 100).toFixed(1)}%–${(accuracy.high * 100).toFixed(1)}%)`;
  await expect(page.getByText(shown).first()).toBeVisible();
  return {
    id,
    model: job.made!.id,
    seconds: (job.finishedAt!.getTime() - job.startedAt!.getTime()) / 1000,
    steps: losses.length,
    first: mean(losses.slice(0, 5)),
    last: mean(losses.slice(-5)),
    evaluation,
    charts: chartUpdates,
  };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What an admin looks at afterwards: the model with its lineage, the list of jobs, the runs on one chart, the workers. */
export async function lookAround(walk: Walk, page: Page, jobs: Trained[], release: string): Promise<void> {
  const last = jobs.at(-1)!;
  await page.goto(`/admin/models/${last.model}`);
  await expect(page.getByRole("link", { name: new RegExp(release) }).first()).toBeVisible();
  await walk.shot(page, "model-lineage", true);
  for (const address of ["models", "jobs", "workers", "releases", "comparisons", "people", "audit"]) {
    await page.goto(`/admin/${address}`);
    await walk.shot(page, `admin-${address}`);
  }
  await page.goto(`/admin/jobs/compare?${jobs.map(({ id }) => `job=${id}`).join("&")}`);
  // For the picture alone: the charts are drawn after the page.
  await page.waitForTimeout(1000);
  await walk.shot(page, "jobs-compare", true);
  await page.goto("/admin/people");
  await expect(page.getByRole("row", { name: /Ann Annotator/ })).toContainText("20");
  await page.goto("/admin");
  await expect(page.getByText(/^20\s*in seven days$/)).toBeVisible();
  await walk.shot(page, "overview-full", true);
}
