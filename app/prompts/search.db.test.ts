import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "~/database/client.server";
import { promptList } from "./list";
import { listPrompts } from "./queries.server";
import { SEARCH_FEW, searchPrompts } from "./search.server";

const ROWS = SEARCH_FEW + 100;
let pool: string;

/** Every prompt is about tides, every hundredth about moons too. */
beforeAll(async () => {
  pool = (await db.pool.create({ data: { name: randomUUID() } })).id;
  await db.prompt.createMany({
    data: Array.from({ length: ROWS }, (_, n) => {
      const excerpt = n % 100 === 0 ? `Tides and moons ${n}` : `Tides ${n}`;
      return { poolId: pool, contentHash: String(n), messages: [{ role: "user", content: excerpt }], excerpt };
    }),
  });
  await db.$executeRaw`ANALYZE "Prompt"`;
});

const find = (q: string) => listPrompts(promptList.parse({ pool, q }));

describe("a search among many prompts", () => {
  it("walks where a word is in nearly all, and shows those that have it", async () => {
    expect((await searchPrompts("tide")).ids).toBeUndefined();
    const { rows, more } = await find("tide");
    expect(rows).toHaveLength(25);
    expect(more).toBe(true);
  });

  it("finds all that have a common word and a rare one, through the index", async () => {
    expect((await searchPrompts("tide moon")).ids).toBeDefined();
    const { rows, rowCount, more, unfinished } = await find("TIDE moon");
    expect({ rowCount, more, unfinished }).toEqual({ rowCount: ROWS / 100, more: false, unfinished: false });
    expect(rows.every(({ excerpt }) => excerpt.includes("moons"))).toBe(true);
  });

  it("finds nothing for a word that no prompt has", async () => {
    expect(await find("tide comet")).toMatchObject({ rows: [], rowCount: 0, unfinished: false });
  });
});
