import { readFileSync } from "node:fs";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { env } from "../env.server";
import { PrismaClient } from "../generated/prisma/client";
import { log } from "../log.server";
import { singleton } from "../singleton.server";
import { poolSize } from "./examine.server";
import { SESSION } from "./session";

export type { Prisma } from "../generated/prisma/client";
export type Database = PrismaClient;
/** The part of the client that also works inside a transaction. Commands take it, so that they can be composed. */
export type Transaction = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

/** Where the database is: DATABASE_URL, or the embedded server that was started in the data folder. */
export function databaseUrl(): string {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const file = path.join(env.TIEBREAK_DATA_DIR, "postgres.json");
  try {
    const { port, password } = JSON.parse(readFileSync(file, "utf8")) as { port: number; password: string };
    return `postgresql://tiebreak:${password}@127.0.0.1:${port}/tiebreak`;
  } catch {
    throw new Error(`No database in ${env.TIEBREAK_DATA_DIR}. Start one with: npm run up`);
  }
}

/**
 * The pool below Prisma, for the few statements that it cannot say: claims, COPY, cursors. A server that restarts
 * breaks idle connections; the pool drops them and opens new ones.
 */
export const pool = singleton("pool", () => {
  const made = new pg.Pool({
    connectionString: databaseUrl(),
    max: poolSize(),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: "tiebreak",
    onConnect: async (client) => void (await client.query(SESSION)),
  });
  made.on("error", (error) => log.warn({ error: error.message }, "A database connection broke"));
  return made;
});

/** On a machine that is busy, waiting is better than failing: Prisma's own limits are two seconds and five. */
const PATIENCE = { maxWait: 10_000, timeout: 20_000 };

export const db: Database = singleton("db", () => new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: PATIENCE }));

export async function disconnect(): Promise<void> {
  await db.$disconnect();
  if (!pool.ended) await pool.end();
}
