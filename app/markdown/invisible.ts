/** Characters that a reader cannot see but that can change meaning, order or length. */
const NAMES: Record<string, string> = {
  "\u00A0": "no-break space",
  "\u00AD": "soft hyphen",
  "\u061C": "Arabic letter mark",
  "\u180E": "Mongolian vowel separator",
  "\u200B": "zero-width space",
  "\u200C": "zero-width non-joiner",
  "\u200D": "zero-width joiner",
  "\u200E": "left-to-right mark",
  "\u200F": "right-to-left mark",
  "\u202A": "left-to-right embedding",
  "\u202B": "right-to-left embedding",
  "\u202C": "pop directional formatting",
  "\u202D": "left-to-right override",
  "\u202E": "right-to-left override",
  "\u2028": "line separator",
  "\u2029": "paragraph separator",
  "\u2060": "word joiner",
  "\u2066": "left-to-right isolate",
  "\u2067": "right-to-left isolate",
  "\u2068": "first strong isolate",
  "\u2069": "pop directional isolate",
  "\uFEFF": "byte order mark",
};

/** Control and format characters, except the line ends and tabs that shape any text. */
const INVISIBLE = /(?!\r?\n|\t)[\p{Cc}\p{Cf}\u00A0\u2028\u2029]/gu;
/** Alternatives rather than a character class, which some browsers fail to match before the end of the text. */
const EMOJI_BEFORE = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)$/u;
const EMOJI_AFTER = /^\p{Extended_Pictographic}/u;

export type Visible = { text: string } | { code: string; name: string };

/** Splits text into what can be seen and what cannot. The joiner inside an emoji (👩‍💻) is part of what can be seen. */
export function markInvisible(text: string): Visible[] {
  const parts: Visible[] = [];
  let from = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    const char = match[0];
    const after = match.index + char.length;
    if (char === "\u200D" && joinsEmoji(text, match.index)) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    const code = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    parts.push({ code, name: NAMES[char] ?? "invisible character" });
    from = after;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

const joinsEmoji = (text: string, at: number) =>
  EMOJI_BEFORE.test(text.slice(Math.max(0, at - 2), at)) && EMOJI_AFTER.test(text.slice(at + 1, at + 3));
