import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTIONS, changedKeys, chordOf, conflicts, DEFAULT_KEYMAP, FIXED, isChord, keyLabel, keymapFrom, keysSchema } from "./keymap";

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
    ["a capital letter", press("E", "KeyE", { shiftKey: true }), "e"],
    ["a Russian letter, by its place", press("у", "KeyE"), "e"],
    ["a letter of another Latin layout, by what it says", press("z", "KeyY"), "z"],
    ["a question mark", press("?", "Slash", { shiftKey: true }), "?"],
    ["Alt with a letter", press("ę", "KeyE", { altKey: true }), "Alt+e"],
    ["Enter", press("Enter", "Enter"), "Enter"],
    ["Space", press(" ", "Space"), "Space"],
    ["Ctrl with anything", press("c", "KeyC", { ctrlKey: true }), null],
    ["Tab", press("Tab", "Tab"), null],
    ["Escape", press("Escape", "Escape"), null],
    ["an arrow", press("ArrowDown", "ArrowDown"), null],
  ])("reads %s", (_, event, chord) => expect(chordOf(event)).toBe(chord));
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

describe("docs/annotating.md", () => {
  it("has the table of keys as it is", () => {
    const [, table = ""] = readFileSync("docs/annotating.md", "utf8").split("## Keys");
    const rows = [...ACTIONS, ...FIXED].map(({ key, label }) => `| ${keyLabel(key)} | ${label} |`);
    const written = [...table.matchAll(/^\| .+ \| .+ \|$/gm)].map(([row]) => row.replace(/ +/g, " "));
    expect(written.slice(2)).toEqual(rows);
  });
});
