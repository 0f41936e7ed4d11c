import { ms, option, printTable } from "./support/figures";
import { withBenchDatabase } from "./support/database";

/**
 * How long the lists of prompts, comparisons and the audit log take in the server, from the query's call to its rows,
 * with the filters that people use, on first pages and deep inside. One request at a time.
 * Usage: npm run bench -- admin-lists [--rows 1000000] [--requests 40]
 */
export async function bench(args: string[]): Promise<void> {
  const [rows, requests] = [option(args, "rows", 1_000_000), option(args, "requests", 40)];
  await withBenchDatabase(async () => {
    const { disconnect } = await import("../../app/database/client.server");
    const { fillWithRows } = await import("./support/million");
    const { measureLists } = await import("./support/lists");
    await fillWithRows(rows);
    const lines: string[][] = [];
    for await (const { list, median, p95, max } of measureLists(requests)) lines.push([list, ms(median), ms(p95), ms(max)]);
    printTable(["list", "median", "p95", "slowest"], lines);
    await disconnect();
  });
}
