/** One printable character, Enter, Space, Backspace, Delete or F1 to F12, with Alt where wanted. Shift shows in the character. */
const CHORD = /^(Alt\+)?(?:[^\s\p{Cc}]|Enter|Space|Backspace|Delete|F[1-9]|F1[0-2])$/u;

export const isChord = (chord: string): boolean =>
  CHORD.test(chord) && chord === chord.replace(/(^|\+)(\p{Lu})$/u, (_, plus: string, letter: string) => plus + letter.toLowerCase());

/** A chord that speech, a cat or a slip may type: one character, with nothing held (WCAG 2.1.4). */
export const isSingle = (chord: string): boolean => chord === "Space" || [...chord].length === 1;

export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey">;

/**
 * The chord of a key press, or null for one that cannot be bound. What counts is what the key types: a keypad without
 * NumLock types no digits, and on Dvorak another key types E. Where that is none of ours, the key's place may tell.
 */
export function chordOf(press: KeyPress): string | null {
  if (press.ctrlKey || press.metaKey) return null;
  const chord = (press.altKey ? "Alt+" : "") + keyName(press);
  return isChord(chord) ? chord : null;
}

function keyName(press: KeyPress): string {
  const { key } = press;
  return digitOf(press) ?? letterOf(press) ?? (key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key);
}

/** What the row of digits types without Shift where digits need it: French, Belgian, Czech, Slovak, Lithuanian. */
const WITHOUT_SHIFT = ["àé", "&+ą", "éěľč", '"šę', "'čė", "(řťį", "-§žš", "èýų", "_!áū", "çí"];

function digitOf({ key, code, shiftKey, altKey }: KeyPress): string | null {
  if (/^\d$/.test(key)) return key;
  // The digits of another script.
  if (/^\p{Nd}$/u.test(key)) return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? null;
  const place = /^Digit(\d)$/.exec(code)?.[1];
  if (place === undefined || shiftKey) return null;
  // Alt types other characters on a Mac.
  return altKey || (key.length === 1 && WITHOUT_SHIFT[Number(place)]!.includes(key.toLowerCase())) ? place : null;
}

/** The Latin letter of a key press. Letters of other scripts count by their place; a dead key and a full stop are none. */
export function letterOf({ key, code, altKey }: Pick<KeyPress, "key" | "code" | "altKey">): string | null {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  const elsewhere = altKey || (/^\p{L}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key));
  return (elsewhere && /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase()) || null;
}

/** A chord as it is printed on a key cap. */
export function keyLabel(chord: string): string {
  const [key = "", alt] = chord.startsWith("Alt+") ? [chord.slice(4), "Alt "] : [chord];
  const shown = { Enter: "⏎ Enter", Escape: "Esc", Backspace: "⌫", Delete: "Del" }[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return (alt ?? "") + shown;
}
