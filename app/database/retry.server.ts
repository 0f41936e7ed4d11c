/** unique violation, serialisation failure, deadlock: another transaction was there first; a second try sees its result. */
const TRANSIENT = new Set(["23505", "40001", "40P01", "P2002", "P2034"]);

/** Does the work again, up to three times, when it lost a race against another transaction. The work must be one transaction. */
export async function retryRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt > 3 || !hasCode(error, TRANSIENT)) throw error;
    }
  }
}

/** Whether an error of the database, or of Prisma about one, has one of these codes. */
export const hasCode = (error: unknown, codes: ReadonlySet<string>): boolean => codesOf(error).some((code) => codes.has(code));

/** Prisma's own code, and PostgreSQL's below it where Prisma keeps that. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 5; depth++) {
    const { code, originalCode, meta, cause, driverAdapterError } = at as Record<string, unknown>;
    for (const found of [code, originalCode]) if (typeof found === "string") codes.push(found);
    at = driverAdapterError ?? cause ?? meta;
  }
  return codes;
}
