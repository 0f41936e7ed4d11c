import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chordOf, isChord, keyLabel, letterOf } from "./chord";
import { ACTIONS, activeKeys, ALT_KEYMAP, changedKeys, conflicts, DEFAULT_KEYMAP, FIXED, keymapFrom, keysSchema } from "./keymap";

const press = (key: string, code: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...more,
});

describe("chords", () => {
  it.each([
    ["a digit", press("3", "Digit3"), "3"],
    ["a digit of the number pad", press("3", "Numpad3"), "3"],
    ["the third key of a French row, without Shift", press('"', "Digit3"), "3"],
    ["the second key of a Czech row, without Shift", press("ě", "Digit2"), "2"],
    ["a digit of a French row, with Shift", press("3", "Digit3", { shiftKey: true }), "3"],
    ["a digit that another layout has elsewhere", press("7", "Digit2", { shiftKey: true }), "7"],
    ["what such a layout has in the row", press("[", "Digit2"), "["],
    ["a mark above a digit", press("!", "Digit1", { shiftKey: true }), "!"],
    ["an Arabic digit", press("٣", "Digit3"), "3"],
    ["a dead key in the row", press("Dead", "Digit2"), null],
    ["the number pad without NumLock: End", press("End", "Numpad1"), null],
    ["the number pad without NumLock: an arrow", press("ArrowDown", "Numpad2"), null],
    ["the number pad without NumLock: a page", press("PageDown", "Numpad3"), null],
    ["the middle of the number pad without NumLock", press("Clear", "Numpad5"), null],
    ["a capital letter", press("E", "KeyE", { shiftKey: true }), "e"],
    ["a Russian letter, by its place", press("у", "KeyE"), "e"],
    ["a letter of another Latin layout, by what it says", press("z", "KeyY"), "z"],
    ["the full stop of Dvorak", press(".", "KeyE"), "."],
    ["E of Dvorak", press("e", "KeyD"), "e"],
    ["a dead key on a letter's place", press("Dead", "KeyE"), null],
    ["a Latin letter that is not English", press("ı", "KeyI"), "ı"],
    ["a French question mark", press("?", "KeyM", { shiftKey: true }), "?"],
    ["a question mark", press("?", "Slash", { shiftKey: true }), "?"],
    ["Alt with a letter", press("ę", "KeyE", { altKey: true }), "Alt+e"],
    ["Alt with a letter that a Mac takes for an accent", press("Dead", "KeyE", { altKey: true }), "Alt+e"],
    ["Alt with a digit", press("2", "Digit2", { altKey: true }), "Alt+2"],
    ["Alt with a digit on a Mac", press("™", "Digit2", { altKey: true }), "Alt+2"],
    ["Alt with an arrow of the number pad", press("ArrowDown", "Numpad2", { altKey: true }), null],
    ["Enter", press("Enter", "Enter"), "Enter"],
    ["Space", press(" ", "Space"), "Space"],
    ["Ctrl with anything", press("c", "KeyC", { ctrlKey: true }), null],
    ["Tab", press("Tab", "Tab"), null],
    ["Escape", press("Escape", "Escape"), null],
    ["an arrow", press("ArrowDown", "ArrowDown"), null],
  ])("reads %s", (_, event, chord) => expect(chordOf(event)).toBe(chord));
});

it("finds the Z of Ctrl+Z in Russian and not under a dead key", () => {
  expect(letterOf(press("я", "KeyZ", { ctrlKey: true }))).toBe("z");
  expect(letterOf(press("z", "KeyW", { ctrlKey: true }))).toBe("z");
  expect(letterOf(press("w", "KeyZ", { ctrlKey: true }))).toBe("w");
  expect(letterOf(press("Dead", "KeyZ", { ctrlKey: true }))).toBeNull();
});

describe("the keymap", () => {
  it("starts without conflicts and with keys that can be pressed", () => {
    expect(conflicts(DEFAULT_KEYMAP).size).toBe(0);
    expect(ACTIONS.every(({ key }) => isChord(key))).toBe(true);
  });

  it("refuses two actions on one key, unknown actions and keys that cannot be bound", () => {
    expect(keysSchema.safeParse({ skip: "f" }).success).toBe(false);
    expect(keysSchema.safeParse({ skip: "x" }).success).toBe(true);
    expect(keysSchema.safeParse({ nonsense: "x" }).success).toBe(false);
    expect(keysSchema.safeParse({ skip: "Tab" }).success).toBe(false);
    expect(keysSchema.safeParse({ skip: "X" }).success).toBe(false);
  });

  it("stores only what differs, and falls back to the standard keys when that no longer fits", () => {
    const swapped = keymapFrom({ skip: "f", flag: "s" });
    expect(swapped).toMatchObject({ skip: "f", flag: "s", edit: "e" });
    expect(changedKeys(swapped)).toEqual({ skip: "f", flag: "s" });
    expect(keymapFrom({ skip: "e" })).toEqual(DEFAULT_KEYMAP);
  });
});

describe("without single keys", () => {
  const rules = { single: false, twice: true };

  it("has Enter left of the standard keys, and all of those with Alt", () => {
    const acting = Object.entries(activeKeys({ keymap: DEFAULT_KEYMAP, rules })).filter(([, chord]) => chord !== "");
    expect(acting).toEqual([["confirm", "Enter"]]);
    expect(activeKeys({ keymap: ALT_KEYMAP, rules })).toEqual(ALT_KEYMAP);
  });

  it("offers a preset with Alt that can be stored", () => {
    expect(keysSchema.safeParse(changedKeys(ALT_KEYMAP)).success).toBe(true);
    expect(ALT_KEYMAP).toMatchObject({ grade1: "Alt+1", edit: "Alt+e", confirm: "Enter", help: "Alt+h" });
  });
});

describe("docs/annotating.md", () => {
  it("has the table of keys as it is", () => {
    const [, table = ""] = readFileSync("docs/annotating.md", "utf8").split("## Keys");
    const rows = [...ACTIONS, ...FIXED].map(({ key, label }) => `| ${keyLabel(key)} | ${label} |`);
    const written = [...table.matchAll(/^\| .+ \| .+ \|$/gm)].map(([row]) => row.replace(/ +/g, " "));
    expect(written.slice(2)).toEqual(rows);
  });
});
