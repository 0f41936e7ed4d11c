const whole = new Intl.NumberFormat("en");
const share = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export const count = (value: number | bigint): string => whole.format(value);
/** 0.5 → "50%"; a dash when there is nothing to divide by. */
export const percent = (part: number, of: number): string => (of === 0 ? "–" : share.format(part / of));
/** A setting or a measurement as people who train write it: 0.00001 → "1e-5". */
export const compact = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.001 ? value.toExponential().replace("e+", "e") : String(value);
/** 1536 → "1.5 KB", in units of 1024. */
export function bytes(value: number | bigint): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, Number(value))) / 10));
  return `${(Number(value) / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
/** count(1, "vote") and count(2, "vote") in words: "1 vote", "2 votes". */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
