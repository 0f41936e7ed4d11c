/**
 * One value per process and name. The application is loaded twice, bundled for its pages and from source for the
 * server around them; connections must not be.
 */
export function singleton<T>(name: string, make: () => T): T {
  const store = globalThis as typeof globalThis & { __tiebreak?: Map<string, unknown> };
  store.__tiebreak ??= new Map();
  if (!store.__tiebreak.has(name)) store.__tiebreak.set(name, make());
  return store.__tiebreak.get(name) as T;
}
