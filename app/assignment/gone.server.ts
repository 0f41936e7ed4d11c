import { hasCode } from "../database/retry.server";
import { UserError } from "../errors";

/** What refers to a row that is not there; of Prisma, and of PostgreSQL. */
const MISSING = new Set(["P2003", "23503"]);

/** Only undoing an import removes comparisons, and only while nobody has voted on them. */
export const pairGone = () =>
  new UserError(
    "This pair was taken out of the pool, because its import was undone. Nothing is wrong with your answer; the next pair comes.",
    410,
    {
      code: "pair_gone",
    },
  );

/** Does the work on a pair. When the pair goes meanwhile, says so. */
export async function unlessGone<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw hasCode(error, MISSING) ? pairGone() : error;
  }
}
