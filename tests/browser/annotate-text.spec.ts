import { expect, expectAccessible, test } from "./fixtures";
import { makePool, plainPairs, type PairSpec } from "./pairs";
import { openWorkbench, pressAgain, response } from "./workbench";

test.beforeEach(() => test.setTimeout(120_000));

const HOSTILE = [
  "# A heading",
  '<script>window.hacked = true</script><img src=x onerror="window.hacked = true"><iframe src="https://evil.test/"></iframe>',
  "![pixel](https://tracker.test/pixel.png) [go](javascript:window.hacked=true) [site](https://example.org/page)",
  "| a | b |\n|---|---|\n| 1 | 2 |",
  "```python\ndef f(x):\n    return x\n```",
  "Euler: $e^{i\\pi} + 1 = 0$ for $5 and $6.",
].join("\n\n");

test("hostile text runs nothing and loads nothing; tables, code and formulas render", async ({ page, world, signIn }) => {
  await openWorkbench({ page, world, signIn }, [{ prompt: HOSTILE, responses: [HOSTILE, `${HOSTILE}\n\nMore.`] }]);
  const a = response(page, "A");
  await expect(a.locator("table td").first()).toHaveText("1");
  await expect(a.locator(".hljs-keyword").first()).toHaveText("def");
  await expect(a.locator(".katex").first()).toBeVisible();
  await expect(a).toContainText("<script>window.hacked = true</script>");
  await expect(a).toContainText("Image not loaded: pixel https://tracker.test/pixel.png");
  await expect(a).toContainText("for $5 and $6.");
  await expect(a.getByRole("link")).toHaveCount(1);
  await expect(a.getByRole("link")).toHaveAttribute("rel", "noopener noreferrer nofollow");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(await page.evaluate(() => document.fonts.check("16px KaTeX_Main"))).toBe(true);
});

test("two responses full of formulas, and one of a thousand roots, do not stop the server, and the browser renders them", async ({
  page,
  world,
  signIn,
}) => {
  const formulas = (count: number) => `Roots: $${"\\sqrt{".repeat(500)}x${"}".repeat(500)}$ and\n\n${"$\\frac{a_1}{b^2}$ ".repeat(count)}`;
  await signIn("admin");
  const comparisonOf = async (text: string) => {
    const { comparisons } = await makePool(world, [{ prompt: "Prove *it*.", responses: [text, `${text} End.`] }], { members: [] });
    return `/admin/comparisons/${comparisons[0]}`;
  };
  const html = await (await page.request.get(await comparisonOf(formulas(830)))).text();
  expect(html).toContain("Prove *it*.");
  expect(html).not.toContain('class="katex"');
  await page.goto(await comparisonOf(formulas(830)));
  await expect(page.locator("em", { hasText: "it" })).toBeVisible();
  await expect(page.locator(".md-source").first()).toContainText("\\sqrt{");
  await expect(page.locator(".katex").first()).toBeVisible();
  // Laying out all of them takes the browser ten seconds; those that nobody looks at stay as they were written.
  const typeset = () => page.locator(".katex").count();
  expect(await typeset()).toBeLessThan(830);
  const [last] = [page.locator("var, .md-source, .md-formula").last()];
  await last.scrollIntoViewIfNeeded();
  await expect(page.locator(".md-formula").last()).toBeInViewport();
  expect(await typeset()).toBeLessThan(1660);
});

test("right-to-left text, emoji and invisible characters", async ({ page, world, signIn }) => {
  const text = "שלום עולם 👩‍💻\n\nمرحبا\u200Bبالعالم";
  await openWorkbench({ page, world, signIn }, [{ prompt: text, responses: [text, `${text} אחר`] }], { language: "he" });
  const a = response(page, "A");
  const paragraph = a.locator("p").first();
  expect(await paragraph.evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  await page.keyboard.press("r");
  await expect(a.locator(".raw-mark")).toHaveText("zero-width space");
  await expect(a).toContainText("👩‍💻");
});

test("a response of 200,000 characters is folded, unfolds, and stays quick", async ({ page, world, signIn }) => {
  const long = Array.from({ length: 2_000 }, (_, n) => `Paragraph ${n} of a long answer. ${"It goes on and on. ".repeat(4)}`)
    .join("\n\n")
    .slice(0, 200_000);
  await openWorkbench({ page, world, signIn }, [
    { prompt: "Write a lot.", responses: [long, `${long.slice(0, 199_990)} The end.`] },
    ...plainPairs(1),
  ]);
  const a = response(page, "A");
  await a.getByRole("button", { name: /Show all 2\d\d,\d+ characters|Show all 199,\d+ characters|Show all 200,000 characters/ }).click();
  await expect(a.getByRole("button", { name: /Show all/ })).toBeHidden();
  const box = page.getByRole("group", { name: "Text of response A" });
  await box.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await expect(a.locator(".md-piece .md").nth(2)).toBeAttached();
  const key = await page.evaluate(async () => {
    const started = performance.now();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "4", code: "Digit4", bubbles: true }));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return performance.now() - started;
  });
  await expect(page.getByRole("radio", { name: "A marginally better" })).toBeChecked();
  expect(key).toBeLessThan(500);
  await page.keyboard.press("d");
  await expect(page.getByText(/Compared by lines|too long and too different/).first()).toBeVisible();
});

test("a long table stays whole and scrolls under its header", async ({ page, world, signIn }) => {
  const rows = Array.from({ length: 300 }, (_, n) => `| ${n} | Country number ${n} | Capital ${n} | ${n}000 people live here |`);
  const table = ["| no | country | capital | population |", "|---|---|---|---|", ...rows].join("\n");
  await openWorkbench({ page, world, signIn }, [{ prompt: "Name them.", responses: [table, `${table}\n\nThat is all.`] }]);
  const a = response(page, "A");
  const unfold = a.getByRole("button", { name: /Show all/ });
  await unfold.click();
  await expect(unfold).toBeHidden();
  await expect(a.locator("table")).toHaveCount(1);
  await expect(a.locator("tr")).toHaveCount(301);
  const box = a.getByRole("region", { name: "Table, scrolls" });
  await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(a.getByRole("cell", { name: "Country number 299" })).toBeInViewport();
  const offset = () =>
    box.evaluate((element) => element.querySelector("th")!.getBoundingClientRect().top - element.getBoundingClientRect().top);
  expect(Math.abs(await offset())).toBeLessThan(2);
});

test("responses scroll together when asked, and differences are marked", async ({ page, world, signIn }) => {
  const long = (word: string) => Array.from({ length: 80 }, (_, n) => `Line ${n} ${word}`).join("\n\n");
  await openWorkbench({ page, world, signIn }, [{ prompt: "?", responses: [long("one"), `${long("two")}\n\n${long("three")}`] }]);
  await page.keyboard.press("y");
  const [left, right] = [page.getByRole("group", { name: "Text of response A" }), page.getByRole("group", { name: "Text of response B" })];
  await left.evaluate((element) => element.scrollTo(0, (element.scrollHeight - element.clientHeight) / 2));
  const share = () => right.evaluate((element) => element.scrollTop / (element.scrollHeight - element.clientHeight));
  await expect.poll(share).toBeGreaterThan(0.4);
  await page.keyboard.press("d");
  await expect(left.locator("mark").first()).toBeVisible();
  await expect(right.locator("mark").first()).toBeVisible();
});

test.describe("every state is accessible, in light and dark", () => {
  const multi: PairSpec = {
    prompt: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "What is *this*?" },
      { role: "assistant", content: "A table:\n\n| a | b |\n|---|---|\n| 1 | 2 |" },
      { role: "user", content: "And code?" },
    ],
    responses: [HOSTILE, `${HOSTILE}\n\n- [x] done`],
  };

  for (const [width, height] of [
    [1440, 900],
    [820, 1180],
    [360, 740],
  ] as const)
    test(`at ${width} × ${height}`, async ({ page, world, signIn }) => {
      test.setTimeout(240_000);
      await page.setViewportSize({ width, height });
      await openWorkbench({ page, world, signIn }, [multi, multi], { guidelines: "# Rules\n\nBe fair." });
      await expectAccessible(page);
      await page.getByRole("button", { name: "System prompt" }).click();
      await page.keyboard.press("d");
      await page.keyboard.press("3");
      await expectAccessible(page);
      await page.keyboard.press("d");
      await page.keyboard.press("e");
      await page.getByRole("textbox", { name: /Improve/ }).fill("Quite another text that replaces all of it.");
      await page.keyboard.press("Control+Enter");
      await expect(page.getByRole("alert")).toBeVisible();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await page.keyboard.press("g");
      await expect(page.getByText("Be fair.")).toBeVisible();
      await expectAccessible(page);
      await pressAgain(page, "g");
      for (const key of ["?", "s"]) {
        await page.keyboard.press(key);
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectAccessible(page);
        await page.keyboard.press("Escape");
        await expect(page.getByRole("dialog")).toBeHidden();
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });

  test("without pairs, and in history", async ({ page, world, signIn }) => {
    await openWorkbench({ page, world, signIn }, plainPairs(1));
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main").getByText("All done")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("link", { name: "History", exact: true }).click();
    await expect(page.getByRole("link", { name: /A is better/ })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("link", { name: /A is better/ }).click();
    await expect(page.getByText("in force")).toBeVisible();
    await expectAccessible(page);
  });
});
