import { randomUUID } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import type { Page } from "@playwright/test";
import { parquetWriteBuffer } from "hyparquet-writer";
import { jsonl } from "../support/rows";
import { expect, expectAccessible, test } from "./fixtures";
import type { World } from "./world";

test.beforeEach(() => test.setTimeout(120_000));

const HOSTILE = '<script>window.hacked = true</script><img src=x onerror="window.hacked = true">';
const LONG = "A line that goes on and on. ".repeat(7_200).slice(0, 200_000);
const answers = (one: string, other: string) => [
  { model: "m1", text: one },
  { model: "m2", text: other },
];
const plain = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ prompt: `Question ${n}`, responses: answers(`First answer ${n}`, `Second answer ${n}`) }));

/** A pool of its own, and the page on which a file goes into it. */
async function openImport(page: Page, world: World) {
  const { id, name } = await world.db.pool.create({ data: { name: `Imports ${randomUUID()}` } });
  await page.goto(`/admin/imports/new?pool=${id}`);
  await expect(page.getByLabel("Pool")).toHaveValue(id);
  return { id, name };
}

const choose = (page: Page, name: string, content: string | Uint8Array) =>
  page.getByLabel(/Drop a file here/).setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });

test("a file is previewed and imported; its bad rows are shown and downloaded, and stop nothing else", async ({ page, world, signIn }) => {
  await signIn("admin", "Ada Imports");
  const pool = await openImport(page, world);
  const rows = [
    { external_id: "q-1", prompt: HOSTILE, responses: answers(`${HOSTILE} one`, "שלום \u200B👩‍💻") },
    { promt: "mistyped" },
    { prompt: [{ role: "assistant", content: "Hello" }, { role: "user", content: "Hi" }] }, // prettier-ignore
    { external_id: "q-1", prompt: "Another text under the same id" },
    { prompt: "Write a lot.", responses: answers(LONG, `${LONG.slice(0, 199_990)} The end.`) },
  ];
  await choose(page, "rows.jsonl", `${jsonl(rows)}{"prompt": \n`);
  const preview = page.getByRole("status").filter({ hasText: "1 comparison" });
  await expect(preview).toContainText("Line 2: promt");
  await expect(preview).toContainText('did you mean "prompt"');
  await expect(preview).toContainText(HOSTILE);
  await expectAccessible(page);

  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "rows.jsonl" })).toBeVisible();
  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("progressbar", { name: "Import of rows.jsonl" })).toHaveAttribute("aria-valuenow", "100");
  const bad = page.getByRole("region", { name: "Bad rows" });
  await expect(bad.getByRole("row")).toHaveCount(5);
  await expect(bad.getByRole("row").nth(2)).toContainText(/3 *prompt *.*message 1 has the role assistant/);
  await expect(bad.getByRole("row").nth(3)).toContainText("external_id");
  await expectAccessible(page);

  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download as JSONL" }).click()]);
  const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\n");
  const downloaded = lines.map((line) => JSON.parse(line) as { line: number; field: string; reason: string; source: string });
  expect(downloaded.map(({ line, field }) => `${line} ${field}`)).toEqual(["2 promt", "3 prompt", "4 external_id", "6 "]);
  expect(downloaded[0]!.source).toBe('{"promt":"mistyped"}');

  await page.getByRole("link", { name: "Prompts of the pool" }).click();
  await page.getByRole("link", { name: /script/ }).click();
  await expect(page.getByText(HOSTILE).first()).toBeVisible();
  await page.goto(`/admin/prompts?pool=${pool.id}`);
  await page.getByRole("link", { name: "Write a lot." }).click();
  await expect(page.getByText("Its beginning; the pages of its comparisons show it whole.").first()).toBeVisible();
  await page
    .getByRole("main")
    .getByRole("link", { name: /m1.*m2/ })
    .click();
  await expect(page.getByRole("button", { name: /Show all 200,000 characters/ }).first()).toBeVisible();
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("sending a file is stopped halfway, and nothing of it is kept", async ({ page, world, signIn }) => {
  await signIn("admin", "Ada Imports");
  const pool = await openImport(page, world);
  // The request never reaches the server, as on a line that hangs.
  await page.route("**/admin/imports/upload?*", () => undefined);
  await choose(page, "rows.jsonl", jsonl(plain(3)));
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("progressbar", { name: "Sending the file" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await page.unroute("**/admin/imports/upload?*");
  await page.route("**/admin/imports/upload?*", (route) => route.abort());
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("alert")).toHaveText(/connection broke before the whole file was sent/);
  expect(await world.db.importRun.count({ where: { poolId: pool.id } })).toBe(0);
});

test("a connection that breaks while a file is sent leaves nothing behind", async ({ instance, world }) => {
  const { cookie } = await world.person("admin", "Ada Imports");
  const pool = await world.db.pool.create({ data: { name: `Imports ${randomUUID()}` } });
  const incoming = async () => await readdir(path.join(instance.dataDir, "imports", "incoming")).catch(() => []);
  const before = await incoming();
  const sending = http.request(`${instance.url}/admin/imports/upload?pool=${pool.id}&name=rows.jsonl`, {
    method: "PUT",
    headers: { Cookie: `${cookie.name}=${cookie.value}`, Origin: instance.url, "Content-Length": 50_000_000 },
  });
  const broken = new Promise((resolve) => sending.once("error", resolve));
  sending.write(jsonl(plain(5_000)));
  await expect.poll(async () => (await incoming()).length).toBe(before.length + 1);
  sending.destroy(new Error("The line is cut"));
  await broken;
  await expect.poll(incoming).toEqual(before);
  expect(await world.db.importRun.count({ where: { poolId: pool.id } })).toBe(0);
});

test("a running import is stopped, keeps what is in, and the same file adds the rest", async ({ page, world, signIn }) => {
  await signIn("admin", "Ada Imports");
  const pool = await openImport(page, world);
  const file = jsonl(plain(6_000));
  // Whoever changes the pool holds its row, and batches take turns with that: the import stands still until we let go.
  let letGo = () => undefined as void;
  const held = world.db.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM "Pool" WHERE "id" = ${pool.id}::uuid FOR NO KEY UPDATE`;
      await new Promise<void>((resolve) => (letGo = resolve));
    },
    { timeout: 100_000 },
  );
  await choose(page, "many.jsonl", file);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText(/of .* read\. You can leave this page/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Stop import" }).click();
  await expect(page.getByRole("button", { name: "Stop import" })).toBeDisabled();
  await expectAccessible(page);
  const run = () => world.db.importRun.findFirstOrThrow({ where: { poolId: pool.id }, orderBy: { createdAt: "asc" } });
  // It stops at once between two batches; in a batch that waits for the pool, it has heard of the stop and ends with the batch.
  const heard = ({ status, heartbeatAt, cancelRequestedAt }: Awaited<ReturnType<typeof run>>) =>
    status === "cancelled" || (heartbeatAt ?? 0) > (cancelRequestedAt ?? 0);
  await expect.poll(async () => heard(await run())).toBe(true);
  letGo();
  await held;
  await expect(page.getByText(/^Stopped\. What is counted below is kept/)).toBeVisible({ timeout: 30_000 });
  const kept = await run();
  expect(kept.rows).toBeLessThan(6_000);
  expect(await world.db.prompt.count({ where: { poolId: pool.id } })).toBe(kept.promptsAdded);

  await page.goto(`/admin/imports/new?pool=${pool.id}`);
  await choose(page, "many.jsonl", file);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout: 60_000 });
  expect(await world.db.prompt.count({ where: { poolId: pool.id } })).toBe(6_000);
});

test("a running import says about how long it will take once a few steps of it were seen", async ({ page, world, signIn }) => {
  await signIn("admin", "Ada Imports");
  const pool = await world.db.pool.create({ data: { name: `Imports ${randomUUID()}` } });
  const options = { pairs: { rule: "all" }, round: 1, sha256: "0".repeat(64) };
  // Without a heartbeat no server takes it for a dead one's, so it goes on as we say.
  const run = await world.db.importRun.create({
    data: { poolId: pool.id, fileName: "slow.jsonl", format: "jsonl", options, status: "running", bytesTotal: 1_000_000 * 1024 },
  });
  await page.goto(`/admin/imports/${run.id}`);
  for (const read of [1, 2, 3]) {
    await expect(page.getByText(/\bleft$/)).toHaveCount(0);
    await world.db.importRun.update({ where: { id: run.id }, data: { bytesDone: read * 1024 } });
    await expect(page.getByText(`${read}.0 KB of 976.6 MB read.`)).toBeVisible();
  }
  await expect(page.getByText(/^about \d+ days left$/)).toBeVisible();
  await expectAccessible(page);
  await world.db.importRun.update({ where: { id: run.id }, data: { status: "cancelled", finishedAt: new Date() } });
  await expect(page.getByText(/^Stopped\. What is counted below is kept/)).toBeVisible();
  await expect(page.getByText(/\bleft$/)).toHaveCount(0);
});

test("a cut-off Parquet file and an empty one say what is wrong, and add nothing", async ({ page, world, signIn }) => {
  await signIn("admin", "Ada Imports");
  const pool = await openImport(page, world);
  const column = (name: string) => ({ name, data: ["one", "two"].map((text) => `${name} ${text}`), type: "STRING" as const });
  const whole = new Uint8Array(parquetWriteBuffer({ columnData: ["prompt", "chosen", "rejected"].map(column) }));
  await choose(page, "cut.parquet", whole.subarray(0, whole.length - 40));
  const preview = page.getByRole("status").filter({ hasText: /cut off or damaged/ });
  await expect(preview).toBeVisible();
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("alert")).toContainText("cut off or damaged", { timeout: 30_000 });
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);

  await page.goto(`/admin/imports/new?pool=${pool.id}`);
  await choose(page, "empty.jsonl", "");
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("alert")).toContainText("is empty");
  expect(await world.db.prompt.count({ where: { poolId: pool.id } })).toBe(0);
});
