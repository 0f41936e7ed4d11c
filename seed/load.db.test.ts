import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { signIn } from "../app/auth/commands.server";
import { db } from "../app/database/client.server";
import { env } from "../app/env.server";
import { seedDemo } from "./load";

const counts = async () => ({
  users: await db.user.count(),
  pools: await db.pool.count(),
  prompts: await db.prompt.count(),
  comparisons: await db.comparison.count(),
  votes: await db.vote.count(),
  imports: await db.importRun.count(),
});

describe("the demo seed", () => {
  it("fills an empty database once, without a bad row, and says the passwords to the owner alone", { timeout: 120_000 }, async () => {
    await seedDemo();
    const first = await counts();
    expect(first).toMatchObject({ users: 6, pools: 5 });
    expect(first.prompts).toBeGreaterThanOrEqual(80);
    expect(first.votes).toBeGreaterThan(50);
    expect(await db.importRun.count({ where: { OR: [{ badRows: { gt: 0 } }, { status: { not: "done" } }] } })).toBe(0);
    expect(await db.user.count({ where: { imported: true } })).toBe(0);
    expect(await db.vote.count({ where: { status: "extra" } })).toBe(0);
    const { _max } = await db.vote.aggregate({ _max: { createdAt: true } });
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    expect(_max.createdAt?.toISOString().slice(0, 10)).toBe(yesterday);

    const file = path.join(env.TIEBREAK_DATA_DIR, "demo-accounts.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [admin] = JSON.parse(await readFile(file, "utf8")) as { email: string; password: string }[];
    expect(await signIn(admin ?? { email: "", password: "" })).toContain("=");

    await seedDemo();
    expect(await counts()).toEqual(first);
  });

  it("finishes what a killed start began", { timeout: 120_000 }, async () => {
    await db.setting.update({ where: { key: "demoSeed" }, data: { value: "begun" } });
    const { imports: _, ...before } = await counts();
    await seedDemo();
    expect(await counts()).toMatchObject(before);
    expect((await db.setting.findUniqueOrThrow({ where: { key: "demoSeed" } })).value).toBe("done");
  });

  it("leaves a database alone that holds anything", async () => {
    await db.setting.delete({ where: { key: "demoSeed" } });
    await seedDemo();
    expect(await db.setting.count({ where: { key: "demoSeed" } })).toBe(0);
  });
});
