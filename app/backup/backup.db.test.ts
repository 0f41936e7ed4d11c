import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { withClient, withDatabase } from "../../tests/support/database-server";
import { givenPool, person } from "../../tests/support/votes";
import { db, databaseUrl } from "../database/client.server";
import { migrate } from "../database/migrate.server";
import { knownMigrations } from "../database/migrations.server";
import { env } from "../env.server";
import { addText, writeTar } from "./archive.server";
import { backUpBeforeMigrations, writeBackup } from "./backup.server";
import { restoreBackup } from "./restore.server";

const server = inject("databaseServer");
const inData = (...names: string[]) => path.join(env.TIEBREAK_DATA_DIR, ...names);
const made: string[] = [];
const fresh = async () => {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await withClient(server, (client) => client.query(`CREATE DATABASE "${name}"`));
  made.push(name);
  return withDatabase(server, name);
};
const query = async <T>(url: string, text: string) => (await withClient(url, (client) => client.query(text))).rows as T[];
const entry = (n: number) =>
  db.auditEntry.create({ data: { actorKind: "system", action: "pool.create", subjectType: "pool", subjectId: String(n) } });

/** What every table holds, as one sum each. */
async function contents(url: string): Promise<Record<string, string>> {
  const tables = await query<{ name: string }>(
    url,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  const sums = tables.map(async ({ name }) => {
    const [row] = await query<{ sum: string }>(
      url,
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM "${name}" t`,
    );
    return [name, row!.sum];
  });
  return Object.fromEntries((await Promise.all(sums)) as [string, string][]);
}

beforeAll(async () => {
  const hard = "tab\there, back\\slash, line\nbreak, \r return, \\N, שלום 👩‍💻";
  const votes = [
    { by: "ann", side: 0 as const, strength: "better" as const, edited: hard, left: 0 as const },
    { by: "ben", side: 1 as const },
  ];
  await givenPool("Backed up", Array.from({ length: 200 }, (_, n) => ({ prompt: `${hard} ${n}`, votes }))); // prettier-ignore
  await mkdir(inData("artifacts", "incoming"), { recursive: true });
  await writeFile(inData("artifacts", "abc"), "weights", { mode: 0o640 });
  await writeFile(inData("artifacts", "incoming", "half"), "half of an upload");
});
afterAll(async () => {
  for (const name of made) await withClient(server, (client) => client.query(`DROP DATABASE "${name}" WITH (FORCE)`));
});

it("backs up while people work, and restores everything of one moment, with nothing that was acknowledged before it lost", async () => {
  const url = databaseUrl();
  await entry(0);
  let acknowledged = 1;
  let working = true;
  const work = (async () => {
    while (working) await entry(acknowledged++);
  })();
  const before = acknowledged;
  const file = inData("..", `${path.basename(env.TIEBREAK_DATA_DIR)}-backup.tar`);
  const end = await writeBackup(url, file, { files: true });
  working = false;
  await work;
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(end).toMatchObject({ files: 1, rows: { Prompt: 200, Vote: 400 } });

  const target = await fresh();
  await writeFile(inData("artifacts", "abc"), "");
  await restoreBackup(target, file);
  expect(await readFile(inData("artifacts", "abc"), "utf8")).toBe("weights");
  const [there, source] = [await contents(target), await contents(url)];
  expect({ ...there, AuditEntry: "" }).toEqual({ ...source, AuditEntry: "" });
  const subjects = (await query<{ n: string }>(target, `SELECT "subjectId" AS n FROM "AuditEntry" ORDER BY "id"`)).map(({ n }) =>
    Number(n),
  );
  expect(subjects.length).toBeGreaterThanOrEqual(before);
  expect(subjects).toEqual(subjects.map((_, n) => n));

  // As strict as before: references, triggers and numbers.
  const change = (text: string) => query(target, text);
  await expect(change(`UPDATE "AuditEntry" SET "action" = 'x'`)).rejects.toThrow();
  await expect(change(`DELETE FROM "Pool"`)).rejects.toThrow(/foreign key/);
  await expect(
    change(`INSERT INTO "AuditEntry" ("actorKind", "action", "subjectType", "subjectId") VALUES ('a', 'b', 'c', 'd')`),
  ).resolves.toEqual([]);
  expect(await change(`SELECT 1 FROM pg_constraint WHERE contype = 'f' AND condeferrable`)).toEqual(await query(url, `SELECT 1 FROM pg_constraint WHERE contype = 'f' AND condeferrable`)); // prettier-ignore

  await expect(restoreBackup(target, file)).rejects.toThrow(/holds data already, and nothing was changed/);
  await expect(writeBackup(url, file, { files: true })).rejects.toThrow(/exists already/);
});

it("keeps nothing of a backup that was cut off, is none, or names a file outside the data folder", async () => {
  const file = inData("..", `${path.basename(env.TIEBREAK_DATA_DIR)}-cut.tar`);
  await writeBackup(databaseUrl(), file, { files: true });
  const { size } = await stat(file);
  for (const at of [size - 2048, Math.floor(size / 2), 700]) {
    await truncate(file, at);
    const target = await fresh();
    await expect(restoreBackup(target, file), `cut at ${at} of ${size}`).rejects.toThrow(/ends too early|is no backup/);
    const [prompts] = await query<{ count: string | null }>(target, `SELECT to_regclass('"Prompt"')::text AS count`);
    if (prompts?.count) expect(await query(target, `SELECT 1 FROM "Prompt" LIMIT 1`)).toEqual([]);
  }
  await writeFile(file, "a text of no tar");
  await expect(restoreBackup(await fresh(), file)).rejects.toThrow(/ends too early|is no backup/);
  const outside = inData("..", `${path.basename(env.TIEBREAK_DATA_DIR)}-outside.tar`);
  await writeTar(outside, async (pack) => {
    await addText(
      pack,
      "manifest.json",
      JSON.stringify({ format: "tiebreak-backup-1", createdAt: new Date(), migrations: [], columns: {} }),
    );
    await addText(pack, "files/../../outside", "x");
  });
  await expect(restoreBackup(await fresh(), outside)).rejects.toThrow(/outside the data folder/);
});

it("restores a backup of an older version and brings it up to date, and refuses one of a newer", async () => {
  const known = await knownMigrations();
  const older = await fresh();
  await migrate(older, { known: known.slice(0, -1) });
  const file = inData("..", `${path.basename(env.TIEBREAK_DATA_DIR)}-older.tar`);
  await writeBackup(older, file, { files: false });
  const target = await fresh();
  await migrate(target);
  await restoreBackup(target, file);
  expect(await migrate(target)).toEqual([]);

  const newer = inData("..", `${path.basename(env.TIEBREAK_DATA_DIR)}-newer.tar`);
  await writeTar(newer, (pack) =>
    addText(
      pack,
      "manifest.json",
      JSON.stringify({ format: "tiebreak-backup-1", createdAt: new Date(), migrations: ["29990101_next"], columns: {} }),
    ),
  );
  await expect(restoreBackup(await fresh(), newer)).rejects.toThrow(/newer Tiebreak.*29990101_next/);
});

it("backs the rows up before migrations change them, and keeps the last three", async () => {
  const empty = await fresh();
  await migrate(empty);
  await backUpBeforeMigrations(empty, ["29990101_next"]);
  await expect(readdir(inData("backups"))).rejects.toThrow("ENOENT");
  await person("somebody");
  for (const name of ["1", "2", "3", "4"]) await backUpBeforeMigrations(databaseUrl(), [`2999010${name}_next`]);
  const kept = (await readdir(inData("backups"))).sort();
  expect(kept.map((name) => name.replace(/^\d{8}T\d{6}-/, ""))).toEqual(["2", "3", "4"].map((n) => `before-2999010${n}_next.tar`));
  const target = await fresh();
  await restoreBackup(target, inData("backups", kept[2]!));
  expect((await contents(target)).Vote).toBe((await contents(databaseUrl())).Vote);
});
