import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** The objects of a JSON Lines file of a public data set. */
export async function readLines<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    if (line.trim()) rows.push(JSON.parse(line) as T);
  return rows;
}

export const write = (row: unknown) => process.stdout.write(`${JSON.stringify(row)}\n`);

/** The values by key, in the order of their first appearance. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
