import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "~/database/client.server";
import { Prisma } from "~/generated/prisma/client";
import { type Found, type List, findPage } from "./page.server";

const ROWS = 57;
let pool: string;

beforeAll(async () => {
  pool = (await db.pool.create({ data: { name: randomUUID() } })).id;
  await db.prompt.createMany({
    data: Array.from({ length: ROWS }, (_, n) => ({
      poolId: pool,
      contentHash: String(n),
      messages: [{ role: "user", content: `Question ${n}` }],
      excerpt: `Question ${n}`,
      turns: 1 + (n % 3),
      // Pairs of rows share a time, so that the tie-break is needed.
      createdAt: new Date(Date.UTC(2026, 0, 1) + Math.floor(n / 2) * 1000),
    })),
  });
});

const byTime: List = { table: "Prompt", key: { column: Prisma.sql`t."createdAt"`, type: "time" }, id: "uuid", where: [] };
const byTurns: List = { ...byTime, key: { column: Prisma.sql`t."turns"`, type: "number" } };
const everyThird: List = { ...byTime, where: [Prisma.sql`t."turns" = 3`], reach: 10 };

/** All pages, by following "next" as a reader would, and then back again by "previous". */
async function readThrough(list: List, dir: "asc" | "desc", perPage: number): Promise<{ there: Found[]; back: Found[] }> {
  const there: Found[] = [await findPage(list, { page: 1, perPage, dir })];
  for (let next = there[0]?.next; next; next = there.at(-1)?.next) there.push(await findPage(list, { page: 2, perPage, dir, after: next }));
  const back: Found[] = [];
  for (let place = there.at(-1)?.previous; place; place = back.at(-1)?.previous)
    back.push(await findPage(list, { page: 2, perPage, dir, before: place }));
  return { there, back };
}

describe("pages of a list", () => {
  it.each([
    ["by time, newest first", byTime, "desc" as const, [{ createdAt: "desc" as const }, { id: "desc" as const }]],
    ["by time, oldest first", byTime, "asc" as const, [{ createdAt: "asc" as const }, { id: "asc" as const }]],
    ["by turns, which are mostly equal", byTurns, "asc" as const, [{ turns: "asc" as const }, { id: "asc" as const }]],
  ])("shows each row once, in order, there and back: %s", async (_, list, dir, orderBy) => {
    const all = (await db.prompt.findMany({ orderBy })).map(({ id }) => id);
    const { there, back } = await readThrough(list, dir, 10);
    expect(there.flatMap(({ ids }) => ids)).toEqual(all);
    expect(there.every(({ rowCount, more }) => rowCount === ROWS && !more)).toBe(true);
    const beforeLast = back.toReversed().flatMap(({ ids }) => ids);
    expect(beforeLast).toEqual(all.slice(0, beforeLast.length));
    expect(beforeLast.length).toBe(50);
  });

  it("stops at its reach, says so, and finds the rest when asked to go on", async () => {
    const { there } = await readThrough(everyThird, "desc", 5);
    const expected = await db.prompt.findMany({ where: { turns: 3 }, orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
    expect(there[0]).toMatchObject({ unfinished: true, more: true });
    expect(there.flatMap(({ ids }) => ids)).toEqual(expected.map(({ id }) => id));
    expect(there.at(-1)).toMatchObject({ unfinished: false, next: undefined });
  });

  it("counts and pages few candidates exactly", async () => {
    const narrow = Prisma.sql`SELECT "id" FROM "Prompt" WHERE "poolId" = ${pool}::uuid UNION ALL SELECT "id" FROM "Prompt" WHERE "turns" = 3`;
    const list: List = { ...byTime, where: [Prisma.sql`t."turns" = 3`], narrow };
    const found = await findPage(list, { page: 4, perPage: 5, dir: "desc" });
    expect(found).toMatchObject({ rowCount: 19, more: false, unfinished: false });
    expect(found.ids).toHaveLength(4);
  });

  it("goes through the rows in order when the candidates are more than few", async () => {
    const narrow = Prisma.sql`SELECT "id" FROM "Prompt" WHERE "turns" = 3`;
    const list: List = { ...everyThird, narrow, few: 18 };
    expect(await findPage({ ...list, few: 19 }, { page: 1, perPage: 5, dir: "desc" })).toMatchObject({ rowCount: 19, more: false });
    expect(await findPage(list, { page: 1, perPage: 5, dir: "desc" })).toEqual(
      await findPage(everyThird, { page: 1, perPage: 5, dir: "desc" }),
    );
  });

  it.each(["nonsense", "12", "1_'; DROP TABLE x; --", "99999999999999999999_0", `${"9".repeat(15)}_${"f".repeat(36)}`])(
    "takes the address part %j for no place",
    async (after) => {
      const [plain, odd] = [
        await findPage(byTime, { page: 1, perPage: 5, dir: "asc" }),
        await findPage(byTime, { page: 1, perPage: 5, dir: "asc", after }),
      ];
      expect(odd).toEqual(plain);
    },
  );
});
