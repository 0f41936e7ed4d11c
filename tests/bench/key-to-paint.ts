import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { chromium, type Page } from "@playwright/test";
import { findBrowser } from "../../bin/setup.mjs";
import { startInstance } from "../browser/instance";
import { makePool, type PairSpec } from "../browser/pairs";
import { openWorld } from "../browser/world";

/**
 * Key press to next pair painted, in Chromium on the whole application: the time from the confirming key's own time
 * stamp to the first task after the frame in which the next pair is on screen. Pairs are the seed's, with their code,
 * tables and formulas, repeated as often as needed.
 *
 *   npm run bench -- key-to-paint [--pairs 120] [--pause 300]
 *
 * --pause: milliseconds between an answer and the next, far less than anybody needs to read a pair.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { pairs: { type: "string", default: "120" }, pause: { type: "string", default: "300" } } });
  const count = Number(values.pairs);
  const instance = await startInstance();
  const world = await openWorld(instance.dataDir);
  const browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: ["--disable-background-networking", "--no-sandbox"],
  });
  try {
    const person = await world.person("annotator", "Bench");
    await makePool(world, seedPairs(count + 1), { members: [person] });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies([{ ...person.cookie, url: instance.url }]);
    const page = await context.newPage();
    await page.goto(`${instance.url}/annotate`);
    await page.locator(".wb-grade").first().waitFor();
    const times = await measure(page, count, Number(values.pause));
    await page.getByTestId("save-status").getByText("All saved").waitFor({ timeout: 60_000 });
    const votes = await world.db.vote.count({ where: { annotatorId: person.id, status: "counted" } });
    if (votes !== count) throw new Error(`${count} pairs were answered, but ${votes} votes are in the database.`);
    report(times);
  } finally {
    await browser.close();
    await world.close();
    await instance.stop();
  }
}

async function measure(page: Page, count: number, pause: number): Promise<number[]> {
  await page.evaluate(WATCH);
  for (let n = 0; n < count; n++) {
    await page.waitForFunction(() => document.querySelectorAll(".wb-pair").length > 1, undefined, { timeout: 60_000 });
    await page.keyboard.press(String((n % 8) + 1));
    await page.keyboard.press("Enter");
    await page.waitForFunction((done) => (globalThis as unknown as { keyToPaint: number[] }).keyToPaint.length > done, n, {
      timeout: 30_000,
    });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return await page.evaluate<number[]>("keyToPaint");
}

/**
 * Runs in the page: notes for each confirming key the milliseconds from its time stamp to after the frame that shows
 * another pair. Kept as text, because what compiles this file adds helpers to functions that the page does not have.
 */
const WATCH = `
  globalThis.keyToPaint = [];
  const shown = () => document.querySelector("h1").textContent;
  document.addEventListener("keydown", ({ key, timeStamp }) => {
    if (key !== "Enter") return;
    const before = shown();
    const look = () => {
      if (shown() === before) return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => keyToPaint.push(performance.now() - timeStamp);
      channel.port2.postMessage(null);
    };
    requestAnimationFrame(look);
  }, { capture: true });
`;

function seedPairs(count: number): PairSpec[] {
  const rows = ["code", "maths-reasoning", "general-help"].flatMap((name) =>
    readFileSync(`seed/pools/${name}.jsonl`, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { prompt: PairSpec["prompt"]; responses: { text: string }[] }),
  );
  return Array.from({ length: count }, (_, n) => {
    const { prompt, responses } = rows[n % rows.length]!;
    return { prompt, responses: [responses[0]!.text, responses[1]!.text] };
  });
}

function report(times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!.toFixed(1);
  console.log(`pairs ${times.length}, each with its vote in the database; load average ${loadavg()[0]!.toFixed(1)}`);
  console.log(`key to paint, ms: p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}  max ${at(1)}`);
}
