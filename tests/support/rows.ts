/** One object per line. */
export const jsonl = (rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
