/** The part of Storage that is used, so that tests can hand in one that fails. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** All keys that begin so. */
export function keysWith(store: Store, prefix: string): string[] {
  const keys: string[] = [];
  for (let i = 0; i < store.length; i++) {
    const key = store.key(i);
    if (key?.startsWith(prefix)) keys.push(key);
  }
  return keys;
}

/** What stands under the key, or null when it is missing or was not written by us. */
export function readJson<T>(store: Store, key: string, check: (value: unknown) => T | null): T | null {
  const text = store.getItem(key);
  if (text === null) return null;
  try {
    return check(JSON.parse(text));
  } catch {
    return null;
  }
}

/** False when the browser's storage is full or closed to us. */
export function writeJson(store: Store, key: string, value: unknown): boolean {
  try {
    store.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** A random UUID (version 4, RFC 9562), also on plain-HTTP addresses where crypto.randomUUID does not exist. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const TAB_KEY = "tiebreak:tab";

/** This tab's name, or `name` as its new one. sessionStorage is the tab's own and survives a reload. */
export function tabId(store: Store, name?: string): string {
  const known = name ? null : store.getItem(TAB_KEY);
  if (known) return known;
  const made = name ?? uuid();
  try {
    store.setItem(TAB_KEY, made);
  } catch {
    // Without storage the name lasts until the page is left, after which the tab counts as another one.
  }
  return made;
}
