import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { plainPairs } from "./pairs";
import { expectVotes, openWorkbench, pressAgain, questionNumber, response, votesOf } from "./workbench";

/**
 * Presses the keys one right after the other, as one burst that the browser handles in tasks of its own: no answer of
 * the page is waited for in between. Where a field has the focus by then, the letter is typed into it.
 */
async function burst(page: Page, keys: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const sent = [...keys].flatMap((key) => {
    const digit = /\d/.test(key);
    const code = digit ? `Digit${key}` : key === " " ? "Space" : `Key${key.toUpperCase()}`;
    const windowsVirtualKeyCode = key.toUpperCase().charCodeAt(0);
    const press = { key, code, windowsVirtualKeyCode };
    return [
      devtools.send("Input.dispatchKeyEvent", { type: "keyDown", text: key, ...press }),
      devtools.send("Input.dispatchKeyEvent", { type: "keyUp", ...press }),
    ];
  });
  await Promise.all(sent);
  await devtools.detach();
}

const nothingChosen = (page: Page) =>
  expect(page.getByRole("radio", { name: /^[AB] (is )?(significantly|slightly|marginally|better)/, checked: true })).toHaveCount(0);

test("keys right after those that open something go there: nothing typed is lost, and nothing typed grades", async ({
  page,
  world,
  signIn,
}) => {
  // Ten rounds of every field that a key opens.
  test.slow();
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  const comment = page.getByLabel("Comment", { exact: true });
  const editor = page.getByRole("textbox", { name: /Improve response A/ });
  for (let round = 0; round < 10; round++) {
    await burst(page, "c11223344 sfued");
    await expect(comment).toHaveValue("11223344 sfued");
    await nothingChosen(page);
    await comment.fill("");
    await page.keyboard.press("Escape");
    await expect(comment).toBeHidden();

    for (const opens of ["s", "f"]) {
      await burst(page, `${opens}2255`);
      const dialog = page.getByRole("dialog");
      await expect(dialog.getByRole("radio").nth(4)).toBeChecked();
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
      await nothingChosen(page);
    }

    await page.keyboard.press("2");
    // Either response may be on the left; as Markdown it is shown without its asterisks.
    const shown = await response(page, "A").locator(".md").innerText();
    const original = plainPairs(1)[0]?.responses.find((text) => text.startsWith(shown.slice(0, 5))) ?? "";
    await burst(page, "e 7788 sfuc");
    await expect(editor).toHaveValue(new RegExp("7788 sfuc"));
    expect((await editor.inputValue()).length).toBe(original.length + " 7788 sfuc".length);
    await expect(page.getByTestId("chosen")).toHaveText("A is better, edited");
    await page.getByRole("button", { name: "Discard edit" }).click();
    await page.keyboard.press("Escape");
    await nothingChosen(page);
  }
  expect(await questionNumber(page)).toBe(1);
  expect(await votesOf(world, person.id)).toEqual([]);
});

test("an edit keeps the line ends of its response, and one letter is one letter", async ({ page, world, signIn }) => {
  const text = "First text\r\nSecond line\r\n\r\n- item one\r\n- item two";
  const { person } = await openWorkbench({ page, world, signIn }, [{ prompt: "A\r\nb", responses: [text, `${text}.`] }, ...plainPairs(1)]);
  await page.keyboard.press("2");
  await page.keyboard.press("e");
  const editor = page.getByRole("textbox", { name: /Improve response A/ });
  await expect(editor).toBeFocused();
  await editor.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(5, 5));
  await page.keyboard.type("!");
  await expect(page.getByTestId("edit-changes")).toContainText("edit distance 1 ");
  await page.keyboard.press("Backspace");
  await expect(page.getByTestId("edit-changes")).toContainText("none yet");
  await page.keyboard.type("!?");
  expect(await editor.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(7);
  await page.keyboard.press("Control+Enter");
  await expectVotes(world, person.id, 1);
  const [vote] = await votesOf(world, person.id);
  const edit = vote!.current!.edit!;
  expect(edit.text.replace("First!? text", "First text").replace(/\.$/, "")).toBe(text);
});

test("Tab indents code in the editor, Escape and Tab leave, and code is shown as code", async ({ page, world, signIn }) => {
  const code = "Try:\n\n```py\ndef f():\n    return 1\n```";
  await openWorkbench({ page, world, signIn }, [{ prompt: "?", responses: [code, code.replace("1", "2")] }]);
  await page.keyboard.press("d");
  await expect(response(page, "A").locator("mark code")).toHaveText(/^ {4}return [12]\n$/);
  await pressAgain(page, "d");
  await page.keyboard.press("2");
  await page.keyboard.press("e");
  const editor = page.getByRole("textbox", { name: /Improve response A/ });
  await expect(editor).toBeFocused();
  expect(await editor.evaluate((area) => getComputedStyle(area).fontFamily)).toContain("mono");
  await editor.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(area.value.indexOf("return"), area.value.indexOf("return")));
  await page.keyboard.press("Tab");
  await expect(editor).toHaveValue(/\n {8}return/);
  await page.keyboard.type("x");
  await expect(editor).toHaveValue(/\n {8}xreturn/);
  await page.keyboard.press("Shift+Tab");
  await expect(editor).toHaveValue(/\n {4}xreturn/);
  await page.keyboard.press("Control+z");
  await expect(editor).toHaveValue(/\n {8}xreturn/);
  await expect(editor).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(editor).toBeHidden();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
});

test("Escape and Enter that belong to an input method close nothing, send nothing and grade nothing", async ({ page, world, signIn }) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(2));
  const devtools = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  await page.keyboard.press("2");
  for (const opens of ["s", "f"]) {
    await page.keyboard.press(opens);
    await page.keyboard.press("1");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Comment").focus();
    for (const key of ["Escape", "Enter"]) {
      await compose("にほん");
      await page.keyboard.press(key);
      await expect(dialog.getByLabel("Comment")).toHaveValue(/にほん/);
    }
    await devtools.send("Input.insertText", { text: "日本" });
    await expect(dialog.getByLabel("Comment")).toHaveValue(/日本/);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  }
  await page.keyboard.press("c");
  const comment = page.getByLabel("Comment", { exact: true });
  for (const key of ["Escape", "Control+Enter", "Enter"]) {
    await compose("にほん");
    await page.keyboard.press(key);
    await expect(comment).toBeFocused();
    expect(await questionNumber(page)).toBe(1);
  }
  await devtools.send("Input.insertText", { text: "日本" });
  await page.keyboard.press("Control+Enter");
  await expectVotes(world, person.id, 1);
  expect((await votesOf(world, person.id))[0]!.current!.comment).toContain("日本");
  expect(await world.db.skip.count({ where: { annotatorId: person.id } })).toBe(0);
});

test("a key that bounces or is held grades once; the second press, single keys and the order of Escape are the person's", async ({
  page,
  world,
  signIn,
}) => {
  const { person } = await openWorkbench({ page, world, signIn }, plainPairs(3));
  const chosen = page.getByTestId("chosen");
  /** As a keyboard sends it: `key` is what it types, `code` where it is. */
  const press = (key: string, code: string) =>
    page.evaluate((init) => void document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init })), {
      key,
      code,
    });
  await burst(page, "55");
  await expect(chosen).toHaveText("B is marginally better");
  await page.keyboard.press("Escape");
  await nothingChosen(page);
  await page.keyboard.down("5");
  await page.keyboard.down("5");
  await page.keyboard.up("5");
  await expect(chosen).toHaveText("B is marginally better");
  // The number pad without NumLock moves, on whatever page; it does not grade.
  for (const [key, code] of [
    ["End", "Numpad1"],
    ["ArrowDown", "Numpad2"],
    ["PageDown", "Numpad3"],
    ["ArrowUp", "Numpad8"],
    ["Dead", "KeyE"],
    [".", "KeyE"],
  ] as const)
    await press(key, code);
  await expect(chosen).toHaveText("B is marginally better");
  await press("'", "Digit4");
  await expect(chosen).toHaveText("A is marginally better");
  await press("è", "Digit7");
  await expect(chosen).toHaveText("B is better");

  // What was held to open the comment is not typed into it.
  await page.keyboard.down("c");
  await page.keyboard.down("c");
  await page.keyboard.up("c");
  await page.keyboard.type("d");
  await expect(page.getByLabel("Comment", { exact: true })).toHaveValue("d");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("g");
  await expect(page.getByLabel("Comment", { exact: true })).toHaveValue("g");
  await page.keyboard.press("Escape");
  const guidelines = page.getByRole("complementary", { name: "Guidelines" });
  await page.keyboard.press("g");
  await expect(guidelines).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(guidelines).toBeHidden();
  await expect(chosen).toHaveText("B is better");
  await pressAgain(page, "Escape");
  await nothingChosen(page);

  await press("?", "KeyM");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await dialog.getByRole("button", { name: "All with Alt" }).click();
  await dialog.getByLabel("Single keys act").uncheck();
  await dialog.getByLabel("The same grade again confirms").uncheck();
  await dialog.getByRole("button", { name: "Save keys" }).click();
  await expect(dialog).toBeHidden();
  await page.reload();
  await expect(response(page, "A")).toBeVisible();
  await page.keyboard.press("3");
  await nothingChosen(page);
  await page.keyboard.press("Alt+s");
  await page.keyboard.press("2");
  await expect(page.getByRole("dialog").getByRole("radio", { checked: true })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+3");
  await pressAgain(page, "Alt+3");
  await expect(chosen).toHaveText("A is slightly better");
  expect(await questionNumber(page)).toBe(1);
  await page.keyboard.press("Enter");
  await expectVotes(world, person.id, 1);
  expect((await votesOf(world, person.id))[0]!.current).toMatchObject({ strength: "slightly_better", comment: "g" });
});
