import { z } from "zod";
import { isChord, isSingle } from "./chord";

/** What a key can do on the workbench, with its key unless the person chose another. Shown in this order. */
export const ACTIONS = [
  { id: "grade1", key: "1", group: "Grade", label: "A is significantly better" },
  { id: "grade2", key: "2", group: "Grade", label: "A is better" },
  { id: "grade3", key: "3", group: "Grade", label: "A is slightly better" },
  { id: "grade4", key: "4", group: "Grade", label: "A is marginally better" },
  { id: "grade5", key: "5", group: "Grade", label: "B is marginally better" },
  { id: "grade6", key: "6", group: "Grade", label: "B is slightly better" },
  { id: "grade7", key: "7", group: "Grade", label: "B is better" },
  { id: "grade8", key: "8", group: "Grade", label: "B is significantly better" },
  { id: "confirm", key: "Enter", group: "Answer", label: "Confirm, and go to the next pair" },
  { id: "edit", key: "e", group: "Answer", label: "Edit the better response" },
  { id: "nothing", key: "n", group: "Answer", label: "Nothing to improve (where an edit is asked for)" },
  { id: "comment", key: "c", group: "Answer", label: "Write a comment" },
  { id: "undo", key: "u", group: "Answer", label: "Take the last answer or skip back" },
  { id: "skip", key: "s", group: "Answer", label: "Skip this pair" },
  { id: "flag", key: "f", group: "Answer", label: "Flag this pair for an admin" },
  { id: "diff", key: "d", group: "View", label: "Show the words that differ between A and B" },
  { id: "raw", key: "r", group: "View", label: "Show the text as written, with invisible characters" },
  { id: "sync", key: "y", group: "View", label: "Scroll both responses together" },
  { id: "guidelines", key: "g", group: "View", label: "Show the guidelines" },
  { id: "prompt", key: "p", group: "View", label: "Fold or unfold the prompt" },
  { id: "down", key: "j", group: "View", label: "Scroll the responses down" },
  { id: "up", key: "k", group: "View", label: "Scroll the responses up" },
  { id: "help", key: "?", group: "View", label: "Show these keys" },
] as const;

/** Keys that always do the same, since a person who changed every other key must still find a way out. */
export const FIXED = [
  { key: "Escape", label: "Close what is open; else clear the grade" },
  { key: "Ctrl+Enter", label: "Confirm, also while writing" },
  { key: "Ctrl+Z", label: "Take the last answer back, when not writing" },
] as const;

export type ActionId = (typeof ACTIONS)[number]["id"];
export type Keymap = Record<ActionId, string>;

export const DEFAULT_KEYMAP = Object.fromEntries(ACTIONS.map(({ id, key }) => [id, key])) as Keymap;

/** How keys act. */
export type KeyRules = {
  /** Keys that are one character act. Off, only those with Alt, function keys, Enter and the like do. */
  single: boolean;
  /** Pressing the key of a grade once more confirms it. */
  twice: boolean;
};
export type KeySettings = { keymap: Keymap; rules: KeyRules };
export const keyRulesSchema = z.object({ single: z.boolean(), twice: z.boolean() });

/** The keys that act. What is switched off has no key. */
export const activeKeys = ({ keymap, rules }: KeySettings): Keymap =>
  rules.single ? keymap : changeKeys(keymap, (chord) => (isSingle(chord) ? "" : chord));

const changeKeys = (keymap: Keymap, change: (chord: string, id: ActionId) => string) =>
  Object.fromEntries(ACTIONS.map(({ id }) => [id, change(keymap[id], id)])) as Keymap;

/** Every single key with Alt. The help has a letter, since no Alt with a question mark is the same on all keyboards. */
export const ALT_KEYMAP: Keymap = changeKeys(DEFAULT_KEYMAP, (chord, id) =>
  id === "help" ? "Alt+h" : isSingle(chord) ? `Alt+${chord}` : chord,
);

/** Actions that share a key, by that key. */
export function conflicts(keymap: Keymap): Map<string, ActionId[]> {
  const byKey = new Map<string, ActionId[]>();
  for (const { id } of ACTIONS) byKey.set(keymap[id], [...(byKey.get(keymap[id]) ?? []), id]);
  return new Map([...byKey].filter(([, ids]) => ids.length > 1));
}

/** What a person changed, as stored in their preferences. */
export const keysSchema = z
  .record(z.string(), z.string())
  .refine((keys) => Object.keys(keys).every((id) => id in DEFAULT_KEYMAP), "There is no such action.")
  .refine((keys) => Object.values(keys).every(isChord), "This key cannot be used: it belongs to the browser or the page.")
  .refine((keys) => conflicts({ ...DEFAULT_KEYMAP, ...keys } as Keymap).size === 0, "Two actions cannot have the same key.");

/** The keymap from stored preferences. Ones that no longer fit, after an update brought a new action, fall back to the default. */
export function keymapFrom(keys: Record<string, string>): Keymap {
  const parsed = keysSchema.safeParse(keys);
  return parsed.success ? { ...DEFAULT_KEYMAP, ...(parsed.data as Partial<Keymap>) } : DEFAULT_KEYMAP;
}

/** Only what differs from the default, so that a better default reaches everybody who did not choose. */
export const changedKeys = (keymap: Keymap): Record<string, string> =>
  Object.fromEntries(Object.entries(keymap).filter(([id, key]) => DEFAULT_KEYMAP[id as ActionId] !== key));

export function actionFor(keymap: Keymap, chord: string): ActionId | undefined {
  return ACTIONS.find(({ id }) => keymap[id] === chord)?.id;
}
