/** The two-sided 95 % quantile of the normal distribution. */
const Z = 1.959963984540054;

export type Interval = { low: number; high: number };

/**
 * Wilson's score interval for a share (E. B. Wilson, 1927, JASA 22:209): unlike the textbook interval it keeps its
 * coverage for few trials and for shares near 0 and 1. Undefined when there were no trials.
 */
export function wilson(successes: number, trials: number): Interval | undefined {
  if (trials === 0) return undefined;
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / scale;
  const half = (Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2))) / scale;
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
