import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { expectVotes, openWorkbench, untilNewPress, votesOf } from "./workbench";

/** `npm run bench -- walks` takes 500. A seed that failed is tried again with TIEBREAK_WALKS_SEED. */
const WALKS = Number(process.env.TIEBREAK_WALKS ?? 20);
const SEED = Number(process.env.TIEBREAK_WALKS_SEED ?? Date.now() % 1_000_000_007);

/** What the page shows of the pair on screen: its question, what it says is chosen, and the chosen response's text. */
const look = (page: Page) =>
  page.evaluate(() => {
    const pair = document.querySelector<HTMLElement>(".wb-pair:not([hidden], [aria-busy])");
    const question = /Question (\d+)/.exec(pair?.querySelector(".wb-prompt")?.textContent ?? "")?.[1];
    if (!pair || question === undefined) return null;
    const panel = pair.querySelector(".wb-panel[data-chosen=true]");
    const area = panel?.querySelector("textarea");
    return {
      question: Number(question),
      said: document.querySelector("[data-testid=chosen]")?.textContent?.replace("Draft restored:", "") ?? null,
      text: area ? area.value : (panel?.querySelector(".wb-text")?.textContent ?? ""),
      graded: document.querySelector(".wb-answer input:checked") !== null,
      editing: area !== null && area !== undefined,
    };
  });
type Seen = NonNullable<Awaited<ReturnType<typeof look>>>;
type Submitted = { said: string; text: string };

/** Without what Markdown draws otherwise. */
const plain = (text: string) => text.replace(/[*\s]+/g, "");

/** Mulberry32: numbers from 0 to 1 that a seed decides. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A person at the page, who does whatever comes to mind, and remembers only what the page said last before an answer went. */
class Walker {
  readonly submitted = new Map<number, Submitted>();
  readonly steps: string[] = [];
  #said = "";
  #last: number | null = null;
  #edits = 0;
  readonly #random = randomFrom(SEED);

  constructor(readonly page: Page) {}

  pick = <T>(of: readonly T[]): T => of[Math.floor(this.#random() * of.length)]!;

  /** The pair on screen, once there is one; null at the end. */
  async seen(): Promise<Seen | null> {
    let now: Seen | null = null;
    await expect
      .poll(async () => (now = await look(this.page)) !== null || (await this.page.getByRole("main").getByText("All done").isVisible()))
      .toBe(true);
    return now;
  }

  /** Presses a key that may answer the pair. True when it did. */
  async press(key: string): Promise<boolean> {
    const before = (await this.seen())!;
    if (before.said !== null) this.#said = before.said;
    this.steps.push(`${before.question}:${key}`);
    await this.page.keyboard.press(key);
    const after = await look(this.page);
    if (after?.question === before.question) return false;
    this.submitted.set(before.question, { said: this.#said, text: before.text });
    this.#last = before.question;
    return true;
  }

  async edit(): Promise<void> {
    await this.page.keyboard.press("e");
    const field = this.page.getByRole("textbox", { name: /Improve response/ });
    if (!(await field.isVisible())) return;
    this.steps.push("edit");
    // A little more each time: an edit that replaces nearly everything needs a comment.
    await field.fill(`${await field.inputValue()} Edit ${++this.#edits}.`);
    if (this.#random() < 0.7) await this.escape();
  }

  async escape(): Promise<void> {
    this.steps.push("escape");
    await this.page.keyboard.press("Escape");
  }

  async reload(): Promise<void> {
    this.steps.push("reload");
    await expect(this.page.getByTestId("save-status")).toHaveText(/saved|kept/);
    await this.page.reload();
    this.#last = null;
    await this.seen();
  }

  async undo(): Promise<void> {
    const last = this.#last;
    if (last === null || (await look(this.page))?.editing) return;
    this.steps.push("undo");
    await this.page.keyboard.press("u");
    await expect.poll(async () => (await look(this.page))?.question).toBe(last);
    this.submitted.delete(last);
    this.#last = null;
  }

  /** One pair: some steps without a plan, then whatever it takes to confirm. */
  async walk(): Promise<void> {
    for (let step = this.pick([1, 2, 3, 4, 5, 6]); step > 0; step--) {
      const at = this.#random();
      if (at < 0.5) {
        if (!(await look(this.page))?.editing && (await this.press(this.pick(["1", "2", "3", "4", "5", "6", "7", "8"])))) return;
      } else if (at < 0.75) await this.edit();
      else if (at < 0.85) await this.escape();
      else if (at < 0.93) await this.undo();
      else await this.reload();
    }
    for (let tries = 0; tries < 10; tries++) {
      const { graded, editing } = (await this.seen())!;
      if (!graded && !editing && (await this.press(this.pick(["2", "7"])))) return;
      await untilNewPress(this.page);
      if (await this.press("Control+Enter")) return;
    }
    throw new Error("The pair could not be confirmed.");
  }
}

test(`${WALKS} walks through the page: each vote says what was shown last before it was confirmed`, async ({ page, world, signIn }) => {
  test.setTimeout(60_000 + WALKS * 15_000);
  const { person, pool } = await openWorkbench({ page, world, signIn }, plainPairs(WALKS));
  const walker = new Walker(page);
  try {
    while (walker.submitted.size < WALKS && (await walker.seen())) await walker.walk();
    await expectVotes(world, person.id, WALKS);
    const votes = new Map((await votesOf(world, person.id)).map((vote) => [vote.comparisonId, vote]));
    for (const [question, { said, text }] of walker.submitted) {
      const { current } = votes.get(pool.comparisons[question - 1]!)!;
      const { side, leftSide, strength, edit } = current!;
      const says = `${side === leftSide ? "A" : "B"} is ${strength!.replaceAll("_", " ")}${edit ? ", edited" : ""}`;
      expect(says, `question ${question}`).toBe(said);
      if (edit) expect(plain(edit.text), `question ${question}`).toBe(plain(text));
    }
  } catch (error) {
    throw new Error(`With TIEBREAK_WALKS_SEED=${SEED}, after ${walker.steps.slice(-30).join(" ")}`, { cause: error });
  }
});
