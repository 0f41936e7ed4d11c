import { z } from "zod";

export const themeSchema = z.enum(["system", "light", "dark"]);

/** What a person chose for their own screen. Unknown or broken parts fall back to the default, never to an error. */
export const Preferences = z.object({
  theme: themeSchema.catch("system"),
  /** Action → key, for the keys that differ from the default; see app/annotate/keymap.ts. */
  keys: z.record(z.string(), z.string()).catch({}),
  /** How those keys act; see app/annotate/keymap.ts. */
  keyRules: z.object({ single: z.boolean(), twice: z.boolean() }).catch({ single: true, twice: true }),
  /** Pool id → the guideline version that the person has seen. */
  guidelinesSeen: z.record(z.string(), z.number()).catch({}),
});

export type Preferences = z.infer<typeof Preferences>;

export const readPreferences = (value: unknown): Preferences => Preferences.parse(typeof value === "object" && value ? value : {});
