import { useMemo, useState } from "react";
import { activeKeys, keymapFrom, type KeyRules, type KeySettings } from "../keymap";

/** As the person's preferences have them. */
export type StoredKeys = { keys: Record<string, string>; keyRules: KeyRules };

/** The keys as the person set them, and `keymap`, which holds those that act: where one is switched off, it has an empty chord. */
export function useKeySettings({ keys, keyRules }: StoredKeys) {
  const [settings, setSettings] = useState<KeySettings>(() => ({ keymap: keymapFrom(keys), rules: keyRules }));
  const keymap = useMemo(() => activeKeys(settings), [settings]);
  return { settings, setSettings, keymap };
}
