import { percent, plural } from "../ui/number";
import { SPLITS, type ReleaseOptions, type Split } from "./schema";

/**
 * The splits that were asked for and got no row, in words: a share of few prompts may well be nothing. Null when each has
 * some, or there are no rows at all.
 */
export function emptySplits({ validation, test }: Shares, rows: Partial<Record<Split, number>>, prompts: number): string | null {
  const shares = { train: Math.max(0, 1 - validation - test), validation, test };
  const filled = SPLITS.filter((split) => rows[split]);
  const empty = SPLITS.filter((split) => !rows[split] && shares[split] > 1e-9);
  if (filled.length === 0 || empty.length === 0) return null;
  const list = empty.map((split) => `${percent(shares[split], 1)} ${split}`).join(" and ");
  const where = filled.length === 1 ? `every row is in ${filled[0]}` : `no row is in ${empty[0]}`;
  const words = `${list} of ${prompts === 1 ? "one prompt" : plural(prompts, "prompt")} ${empty.length === 1 ? "is" : "are"} nothing: ${where}.`;
  return prompts === 1 ? words : `${words} A larger share or another seed may give some.`;
}

type Shares = Pick<ReleaseOptions, "validation" | "test">;
