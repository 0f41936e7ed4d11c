type Tries = { count: number; until: number };

/**
 * Counts tries by key. The first `free` ones cost nothing; each one after makes the next wait twice as long, from a second up to
 * `longestMs`. A day without a try forgets them. Holds `most` keys; the longest unused goes first. Times are milliseconds since 1970.
 */
export class GrowingDelay {
  readonly #tries = new Map<string, Tries>();

  constructor(
    private readonly free: number,
    private readonly longestMs: number,
    private readonly most = 10_000,
  ) {}

  /** Counts a try, or returns for how many milliseconds none is let through. */
  try(key: string, now = Date.now()): number {
    const { count, until } = this.#tries.get(key) ?? { count: 0, until: 0 };
    if (until > now) return until - now;
    const tries = now - until > DAY_MS ? 1 : count + 1;
    const pause = tries < this.free ? 0 : Math.min(this.longestMs, 1000 * 2 ** Math.min(tries - this.free, 30));
    // Taken out first, so that it goes to the end of the order.
    this.#tries.delete(key);
    this.#tries.set(key, { count: tries, until: now + pause });
    for (const [oldest] of this.#tries) {
      if (this.#tries.size <= this.most) break;
      this.#tries.delete(oldest);
    }
    return 0;
  }

  /** The try was right, or none. */
  forget(key: string): void {
    this.#tries.delete(key);
  }
}

const DAY_MS = 86_400_000;
