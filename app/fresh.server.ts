import { singleton } from "./singleton.server";

type Kept<T> = { value: T; at: number; took: number };
type State<T> = { kept?: Kept<T>; computing?: Promise<T> };

/** What took no longer than this is computed anew for each page. */
const CHEAP_MS = 50;

/**
 * A figure over many rows. Small tables give it fresh each time; where it takes long, pages show the last one for
 * `seconds`, and for as long again while it is computed anew in the background. The first reader after that waits.
 */
export async function fresh<T>(name: string, seconds: number, compute: () => Promise<T>): Promise<T> {
  const state = singleton<State<T>>(`fresh:${name}`, () => ({}));
  const kept = state.kept && state.kept.took > CHEAP_MS ? state.kept : undefined;
  const age = kept ? (Date.now() - kept.at) / 1000 : Infinity;
  if (kept && age < seconds) return kept.value;
  const computing = (state.computing ??= computeInto(state, compute));
  if (!kept || age >= 2 * seconds) return await computing;
  computing.catch(() => undefined);
  return kept.value;
}

async function computeInto<T>(state: State<T>, compute: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    const value = await compute();
    state.kept = { value, at: Date.now(), took: performance.now() - start };
    return value;
  } finally {
    state.computing = undefined;
  }
}
