import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { withClient, withDatabase } from "../../tests/support/database-server";
import { migrate } from "./migrate.server";
import { knownMigrations, type Migration } from "./migrations.server";

const server = inject("databaseServer");
const known = await knownMigrations();
let name: string;
let url: string;

const query = async <T>(text: string, at = url) => (await withClient(at, (client) => client.query(text))).rows as T[];
const make = (options = "") => query(`CREATE DATABASE "${name}" ${options}`, server);

beforeEach(() => {
  name = `test_${randomUUID().replaceAll("-", "")}`;
  url = withDatabase(server, name);
});
afterEach(() => query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`, server));

const next = (sql: string): Migration => ({ name: "29990101000000_next", sql, checksum: "0".repeat(64) });
const tables = async () =>
  (await query<{ name: string }>(`SELECT relname AS name FROM pg_class WHERE relname IN ('half', 'whole')`)).map((row) => row.name);
const rows = () => query<{ finished: boolean; undone: boolean; steps: number }>(
  `SELECT "finished_at" IS NOT NULL AS finished, "rolled_back_at" IS NOT NULL AS undone, "applied_steps_count" AS steps
   FROM "_prisma_migrations" WHERE "migration_name" LIKE '2999%' ORDER BY "started_at"`,
); // prettier-ignore

describe("on a database that is up to date", () => {
  beforeEach(() => make(`TEMPLATE "${inject("template")}"`));

  it("keeps nothing of a migration that fails, gives PostgreSQL's words, and applies it once it is repaired", async () => {
    const broken = [
      ...known,
      next(`CREATE TABLE half (); INSERT INTO "Pool" ("id", "name", "updatedAt") VALUES (gen_random_uuid(), NULL, now());`),
    ];
    const outcome = migrate(url, { known: broken });
    await expect(outcome).rejects.toThrow(/migration 29990101000000_next failed, and nothing of it was kept.*null value in column "name"/);
    await expect(outcome).rejects.toMatchObject({ name: "StartError" });
    expect([await tables(), await rows(), await migrate(url)]).toEqual([[], [], []]);
    expect(await migrate(url, { known: [...known, next("CREATE TABLE whole ();")] })).toEqual(["29990101000000_next"]);
    expect([await tables(), await rows()]).toEqual([["whole"], [{ finished: true, undone: false, steps: 1 }]]);
  });

  it("goes on after a kill in the middle of a migration", async () => {
    const killed = next("CREATE TABLE half (); SELECT pg_terminate_backend(pg_backend_pid());");
    await expect(migrate(url, { known: [...known, killed] })).rejects.toThrow();
    expect(await tables()).toEqual([]);
    expect(await migrate(url, { known: [...known, next("CREATE TABLE whole ();")] })).toEqual(["29990101000000_next"]);
  });

  it("clears the rows that a killed start of an older version left, by what they say of the work", async () => {
    const left = (steps: number) =>
      query(
        `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "applied_steps_count") VALUES ('${randomUUID()}', '', '29990101000000_next', ${steps})`,
      );
    await left(0);
    expect(await migrate(url, { known: [...known, next("CREATE TABLE whole ();")] })).toHaveLength(1);
    await query(`DELETE FROM "_prisma_migrations" WHERE "migration_name" LIKE '2999%'`);
    await left(1);
    expect(await migrate(url, { known: [...known, next("CREATE TABLE whole ();")] })).toEqual([]);
    expect(await rows()).toEqual([{ finished: true, undone: false, steps: 1 }]);
  });

  it("refuses a database of a newer version, and names what to do", async () => {
    await migrate(url, { known: [...known, next("CREATE TABLE whole ();")] });
    await expect(migrate(url)).rejects.toThrow(/newer Tiebreak.*29990101000000_next.*Start the newer version, or restore the backup/);
  });

  it("calls for a backup before it changes anything, and changes nothing when that fails", async () => {
    const newer = [...known, next("CREATE TABLE whole ();")];
    const full = () => Promise.reject(new Error("disk full"));
    await expect(migrate(url, { known: newer, before: full })).rejects.toThrow("disk full");
    expect(await tables()).toEqual([]);
    const calls: string[][] = [];
    await migrate(url, { known: newer, before: async (pending) => calls.push(pending) });
    await migrate(url, { known: newer, before: async (pending) => calls.push(pending) });
    expect(calls).toEqual([["29990101000000_next"]]);
  });
});

it("is done once by processes that start at once, and is the same as Prisma's own record", async () => {
  await make();
  const outcomes = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(outcomes.map((names) => names.length).sort()).toEqual([0, 0, known.length]);
  const recorded = await query<{ name: string; checksum: string }>(
    `SELECT "migration_name" AS name, "checksum" FROM "_prisma_migrations" ORDER BY 1`,
  );
  expect(recorded).toEqual(known.map(({ name, checksum }) => ({ name, checksum })));
});

it("refuses a database that cannot hold every text, before it changes it", async () => {
  await make("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  await expect(migrate(url)).rejects.toThrow(/keeps texts as LATIN1.*ENCODING 'UTF8'/);
});

it("says which right a role lacks, and how to give it", async () => {
  await make();
  const role = `role_${randomUUID().slice(0, 8)}`;
  await query(`CREATE ROLE "${role}" LOGIN PASSWORD 'secret'`, server);
  try {
    await query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    const theirs = Object.assign(new URL(url), { username: role, password: "secret" }).href;
    await expect(migrate(theirs)).rejects.toThrow(
      new RegExp(`permission denied for schema public.*GRANT CREATE ON SCHEMA public TO "${role}"`),
    );
  } finally {
    await query(`DROP ROLE "${role}"`);
  }
});
