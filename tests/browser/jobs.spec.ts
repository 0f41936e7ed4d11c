import { expect, expectAccessible, test } from "./fixtures";

// Each test looks through several pages in both colour schemes.
test.slow();

/** A job that waits, and how a worker takes it. */
async function waitingJob() {
  const { createJob } = await import("../../app/jobs/commands.server");
  const { claim } = await import("../../app/jobs/claim.server");
  const { makeWorker } = await import("../support/jobs");
  const { db } = await import("../../app/database/client.server");
  const { admin, caller, request } = await makeWorker("browser");
  const pool = await db.pool.create({ data: { name: `prompts of ${admin.id}` } });
  const model = await db.model.create({ data: { name: `tiny of ${admin.id}`, kind: "checkpoint", task: "causal", path: "/models/tiny" } });
  const job = await createJob(admin, { name: "sampled", type: "sample", baseModelId: model.id, params: { pool_id: pool.id } });
  return { caller, job, model, claim: () => claim(caller, request) };
}

/** A job with a past, written through the protocol's own commands: metrics, a log, and a failure. */
async function failedJob() {
  const { addMetrics, appendLog } = await import("../../app/jobs/progress.server");
  const { failJob } = await import("../../app/jobs/finish.server");
  const { caller, job, model, claim } = await waitingJob();
  const { job: claimed } = await claim();
  const fence = claimed?.fence ?? 0;
  const metrics = [1, 2, 3].map((seq) => ({
    seq,
    step: seq,
    at: new Date().toISOString(),
    values: { loss: 1 / seq, accuracy: 0.5 + seq / 10 },
  }));
  await addMetrics(caller, job.id, { fence, metrics });
  await appendLog(caller, job.id, { fence, offset: 0, text: "preflight passed\n" });
  const finish = () =>
    failJob(caller, job.id, { fence, phase: "train", message: "Memory ran out.", hint: "Halve the tokens.", retryable: false });
  const more = () =>
    addMetrics(caller, job.id, {
      fence,
      metrics: [{ seq: 4, step: 4, at: new Date().toISOString(), values: { loss: 0.1, accuracy: 0.95 } }],
    });
  return { job, model, finish, more };
}

test("an admin makes a worker token, sees it once, and revokes it", async ({ page, signIn }) => {
  await signIn("admin");
  await page.goto("/admin/workers");
  await page.getByLabel("What the token is for").fill("gpu-1");
  await page.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByLabel("Token", { exact: true })).toHaveValue(/^tbw_/);
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByLabel("Token", { exact: true })).toBeHidden();
  await page.getByRole("button", { name: "Revoke token gpu-1" }).click();
  await expect(page.getByText("Revoked")).toBeVisible();
});

test("a model is registered, tried and archived, and says why nobody can talk to it", async ({ page, signIn }) => {
  await signIn("admin");
  await page.goto("/admin/models/new");
  await expectAccessible(page);
  const folder = page.locator("form", { hasText: "Register folder" });
  await folder.getByLabel("Name").fill("base");
  await folder.getByLabel("Folder").fill("/models/base");
  await folder.getByRole("button").click();
  await expect(page.getByRole("heading", { name: "base" })).toBeVisible();
  await expect(page.getByText("Registered by hand")).toBeVisible();
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByRole("alert")).toContainText(/No worker/);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Try in the playground" }).click();
  await page.getByLabel("Your message").fill("Hello");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert")).toContainText(/No worker/);
  await expectAccessible(page);
});

test("a job is started from the form with the papers' settings, and cancelled", async ({ page, signIn, world }) => {
  await signIn("admin");
  const { job, finish } = await failedJob();
  await finish();
  expect(await world.db.job.count({ where: { id: job.id, status: "failed" } })).toBe(1);
  await page.goto("/admin/jobs/new?type=train_dpo");
  await expect(page.getByLabel("β", { exact: true })).toHaveValue("0.1");
  await expect(page.getByText("The model that the job makes")).toBeVisible();
  await expect(page.getByLabel("Weight of the likelihood term")).toHaveValue("0.2");
  await expectAccessible(page);
  await page.goto("/admin/jobs/new?type=train_sft");
  const better = page.getByLabel("Better", { exact: true });
  await expect(page.getByLabel("All rows")).toBeChecked();
  await expect(better).toBeHidden();
  await page.getByLabel("Only these strengths").check();
  await expect(better).toBeChecked();
  await expect(better).toBeVisible();
  await expectAccessible(page);
  await page.goto("/admin/jobs/new?type=sample");
  await expect(page.getByText("The model that the job makes")).toBeHidden();
  await page.getByLabel("Name", { exact: true }).fill("round-2");
  await page.getByLabel("Responses per prompt").fill("4");
  await page.getByRole("button", { name: "Start job" }).click();
  await expect(page.getByRole("heading", { name: /round-2/ })).toBeVisible();
  await expect(page.getByText("Model it made")).toBeHidden();
  await page.getByRole("button", { name: "Cancel job" }).click();
  await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
});

test("a job that waits says so until a worker takes it, and then which attempt it is", async ({ page, signIn, world }) => {
  await signIn("admin");
  const { job, claim } = await waitingJob();
  await page.goto(`/admin/jobs/${job.id}`);
  await expect(page.getByText("Waiting", { exact: true })).toBeVisible();
  await claim();
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
  await expect(page.getByText("1 of 3")).toBeVisible();
  await world.db.job.update({ where: { id: job.id }, data: { status: "cancelled" } });
});

test("a running job's charts and log move by themselves, and its failure says what to do", async ({ page, signIn }) => {
  await signIn("admin");
  const { job, finish, more } = await failedJob();
  await page.goto(`/admin/jobs/${job.id}`);
  await expect(page.getByText("preflight passed")).toBeVisible();
  const loss = page.locator("figure", { hasText: "Loss over" });
  await expect(loss.locator("canvas")).toBeVisible();
  await expect(loss.locator("figcaption")).toContainText("Loss over 3 steps");
  await more();
  await expect(loss.locator("figcaption")).toContainText("Loss over 4 steps");
  await finish();
  await expect(page.getByRole("alert")).toContainText("Memory ran out.");
  await expect(page.getByRole("alert")).toContainText("Halve the tokens.");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Retry from the start" }).click();
  await expect(page.getByText(/A retry of/)).toBeVisible();
  await page.getByRole("button", { name: "Cancel job" }).click();
  await page.goto("/admin/jobs");
  await expect(page.getByRole("table")).toContainText("sampled");
  await expectAccessible(page);
});

test("a job that trains says how long it will take, from its last steps and not from the first", async ({ page, signIn, world }) => {
  await signIn("admin");
  const { addMetrics, heartbeat } = await import("../../app/jobs/progress.server");
  const { caller, job, claim } = await waitingJob();
  const { job: claimed } = await claim();
  const fence = claimed?.fence ?? 0;
  let seconds = Date.now() / 1000;
  const step = (number: number, took: number) => ({
    ...{ seq: number, step: number, values: { loss: 1 / number, steps: 100 } },
    at: new Date((seconds += took) * 1000).toISOString(),
  });
  await heartbeat(caller, job.id, { fence, progress: 0, phase: "train", serving: null });
  await addMetrics(caller, job.id, { fence, metrics: [step(1, 0), step(2, 60)] });
  await page.goto(`/admin/jobs/${job.id}`);
  await expect(page.getByText("Step 2 of 100")).toBeVisible();
  await expect(page.getByText(/\bleft$/)).toHaveCount(0);
  await addMetrics(caller, job.id, { fence, metrics: [step(3, 60), step(4, 60)] });
  await expect(page.getByText("Step 4 of 100")).toBeVisible();
  await expect(page.getByText("about 1 h 36 min left")).toBeVisible();
  // A worker died, and another took the job up an hour later, at ten times the pace.
  await addMetrics(caller, job.id, { fence, metrics: [step(5, 3600), ...Array.from({ length: 45 }, (_, n) => step(6 + n, 6))] });
  await expect(page.getByText("Step 50 of 100")).toBeVisible();
  await expect(page.getByText("about 5 min left")).toBeVisible();
  await expectAccessible(page);
  await world.db.job.update({ where: { id: job.id }, data: { status: "cancelled" } });
});
