import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { addPeople, fillPool, withBenchDatabase } from "./support/database";
import { ms, option, percentile, printTable } from "./support/figures";

/** From the small to the large; the time at each is told as a ratio to the first. */
const SIZES = [1_000, 100_000, 1_000_000];
const DONE = 10_000;

/**
 * How long the server takes to claim, from the command's call to its answer with texts and progress, at 1,000, 100,000
 * and 1,000,000 comparisons, for people who are new and for one who has done 10,000. One claim at a time.
 * Usage: npm run bench -- claim-latency [--claims 1000] [--largest 1000000]
 */
export async function bench(args: string[]): Promise<void> {
  const claims = option(args, "claims", 1000);
  const largest = option(args, "largest", 1_000_000);
  await withBenchDatabase(async (url) => {
    const { withClient } = await import("../support/database-server");
    const { disconnect } = await import("../../app/database/client.server");
    const rows: Row[] = [];
    const add = (label: string, figures: Omit<Row, "label">) => {
      rows.push({ label, ...figures });
      console.log(
        `${label}: p95 ${ms(percentile(figures.times, 0.95))}, ${figures.pages.toFixed(0)} pages, ${ms(figures.cpu)} of processor`,
      );
    };
    await withClient(url, async (client) => {
      for (const size of SIZES.filter((size) => size <= largest)) {
        console.log(`Filling a pool of ${size.toLocaleString("en")} comparisons`);
        const poolId = await fillPool(client, `pool of ${size}`, size, 1);
        const people = await addPeople(client, 10);
        const label = `${size.toLocaleString("en")} comparisons`;
        const ids = people.map(({ id }) => id);
        add(`${label}, ten new people`, await measure(client, poolId, ids, Math.min(claims, size - 50)));
        if (size < DONE * 10) continue;
        const [veteran] = await addPeople(client, 1);
        if (veteran) await doTenThousand(client, poolId, veteran.id);
        const done = `${label}, one who has done ${DONE.toLocaleString("en")}`;
        add(done, await measure(client, poolId, [veteran?.id ?? ""], claims));
      }
    });
    await disconnect();
    const base = percentile(rows[0]?.times ?? [], 0.95);
    printTable(
      ["queue", "claims", "p50", "p95", "p99", "p95 to the smallest", "CPU of the web process", "database pages"],
      rows.map(({ label, times, cpu, pages }) => [
        label,
        String(times.length),
        ...[0.5, 0.95, 0.99].map((share) => ms(percentile(times, share))),
        (percentile(times, 0.95) / base).toFixed(2),
        `${ms(cpu)} per claim`,
        `${pages.toFixed(0)} per claim`,
      ]),
    );
  });
}

type Row = {
  label: string;
  times: number[];
  /** Milliseconds of processor time and pages of the database that a claim takes: what a busy machine does not change. */
  cpu: number;
  pages: number;
};

/** Each claim asks for the pair on screen and the next, after the one before was answered. */
async function measure(client: pg.Client, poolId: string, people: string[], claims: number): Promise<Omit<Row, "label">> {
  const { claimPairs } = await import("../../app/assignment/commands.server");
  const times: number[] = [];
  const once = async (n: number) => {
    const annotatorId = people[n % people.length] ?? "";
    const started = performance.now();
    const { pairs } = await claimPairs(annotatorId, { tab: "bench-tab", count: 2, poolId });
    const took = performance.now() - started;
    if (pairs.length !== 2) throw new Error(`The queue of ${poolId} ran dry`);
    await answer(client, pairs[0]?.comparisonId ?? "", annotatorId);
    return took;
  };
  // Pairs are answered without a vote, which the database would refuse: this measures claims.
  await client.query("SET session_replication_role = replica");
  for (let n = 0; n < 20; n++) await once(n);
  const [cpuBefore, pagesBefore] = [process.cpuUsage(), await pagesTouched(client)];
  for (let n = 0; n < claims; n++) times.push(await once(n));
  const cpu = process.cpuUsage(cpuBefore);
  const pages = (await pagesTouched(client)) - pagesBefore;
  await client.query("RESET session_replication_role");
  return { times, cpu: (cpu.user + cpu.system) / 1000 / claims, pages: pages / claims };
}

/** Pages that statements on this database have read so far, cached or not. Backends report at the latest once they have been idle for ten seconds. */
async function pagesTouched(client: pg.Client): Promise<number> {
  await sleep(11_000);
  const { rows } = await client.query<{ pages: string }>(
    "SELECT blks_hit + blks_read AS pages FROM pg_stat_database WHERE datname = current_database()",
  );
  return Number(rows[0]?.pages);
}

/** The slot of an answered pair, without the cost of the submission. */
async function answer(client: pg.Client, comparisonId: string, annotatorId: string): Promise<void> {
  await client.query(
    `UPDATE "Slot" SET "state" = 'done', "leaseId" = NULL, "leaseExpiresAt" = NULL WHERE "comparisonId" = $1 AND "annotatorId" = $2`,
    [comparisonId, annotatorId],
  );
}

async function doTenThousand(client: pg.Client, poolId: string, annotatorId: string): Promise<void> {
  const { rows } = await client.query<{ position: string }>(
    `WITH first AS (SELECT "id" FROM "Slot" WHERE "poolId" = $1 AND "state" = 'open' ORDER BY "position" LIMIT ${DONE}),
     done AS (UPDATE "Slot" s SET "state" = 'done', "annotatorId" = $2 FROM first WHERE s."id" = first."id" RETURNING s."id", s."comparisonId", s."position"),
     votes AS (INSERT INTO "Vote" ("id", "comparisonId", "annotatorId", "slotId", "status", "updatedAt")
       SELECT gen_random_uuid(), "comparisonId", $2, "id", 'counted', now() - interval '2 days' FROM done)
     SELECT max("position") AS "position" FROM done`,
    [poolId, annotatorId],
  );
  // As autovacuum would have, many times while so many votes were given.
  await client.query(`ANALYZE "Vote", "Slot"`);
  await client.query(`INSERT INTO "PoolCursor" ("poolId", "userId", "position") VALUES ($1, $2, $3)`, [
    poolId,
    annotatorId,
    rows[0]?.position,
  ]);
}
