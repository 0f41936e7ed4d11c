import { describe, expect, it } from "vitest";
import { claim, claimOne, expireLeases, makeAnnotator, makeComparison, makePool, slotsOf, answerTo } from "../../tests/support/annotation";
import { db, pool as pg } from "../database/client.server";
import { submitVote } from "../votes/submit.server";
import { heartbeat, releaseLeases } from "./commands.server";
import { sweepOnce } from "./sweep.server";

describe("claiming", () => {
  it("gives pairs in the order of the queue, the one on screen and the next", async () => {
    const pool = await makePool({ comparisons: 3 });
    const ann = await makeAnnotator();
    const { status, pairs, progress } = await claim(ann.id, { count: 2, poolId: pool.id });
    expect(status).toBe("ok");
    expect(pairs.map((pair) => pair.comparisonId)).toEqual(pool.comparisons.slice(0, 2));
    expect(progress.pool).toMatchObject({ id: pool.id, done: 0, total: 3 });
  });

  it("tells nothing of the models or of a gold answer", async () => {
    const plain = await makePool();
    const gold = await makePool({ gold: true });
    const ann = await makeAnnotator();
    const [a, b] = [await claim(ann.id, { poolId: plain.id }), await claim(ann.id, { poolId: gold.id, tab: "another-tab" })];
    expect(JSON.stringify([a, b])).not.toMatch(/secret-model|gold|side"/i);
    expect(Object.keys(b.pairs[0] ?? {})).toEqual(Object.keys(a.pairs[0] ?? {}));
  });

  it("never gives one comparison twice to the same person, however many votes it needs", async () => {
    const pool = await makePool({ votes: 3 });
    const ann = await makeAnnotator();
    await claimOne(ann.id, { poolId: pool.id });
    expect(await claim(ann.id, { poolId: pool.id, tab: "second-tab" })).toMatchObject({ status: "finished", pairs: [] });
    const others = await Promise.all([makeAnnotator(), makeAnnotator(), makeAnnotator()]);
    const given = [];
    for (const other of others) given.push((await claim(other.id, { poolId: pool.id })).pairs.length);
    expect(given).toEqual([1, 1, 0]);
  });

  it("serves pools by priority, only to members, and not when archived", async () => {
    const low = await makePool({ priority: 101 });
    const high = await makePool({ priority: 102, comparisons: 1, votes: 2 });
    const closed = await makePool({ priority: 103, access: "members" });
    const archived = await makePool({ priority: 104 });
    await db.pool.update({ where: { id: archived.id }, data: { archivedAt: new Date() } });
    const [ann, member] = [await makeAnnotator(), await makeAnnotator()];
    await db.poolMember.create({ data: { poolId: closed.id, userId: member.id } });
    const order = async (id: string) => (await claim(id, { count: 2 })).pairs.map((pair) => pair.pool.id);
    expect(await order(member.id)).toEqual([closed.id, high.id]);
    expect(await order(ann.id)).toEqual([high.id, low.id]);
    expect(await claim(ann.id, { poolId: closed.id, tab: "third-tab" })).toMatchObject({ status: "no-pools" });
  });

  it("says whether to wait for what others hold, or that all is done", async () => {
    const pool = await makePool();
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const pair = await claimOne(ann.id, { poolId: pool.id });
    const waiting = await claim(ben.id, { poolId: pool.id });
    expect(waiting.status).toBe("nothing-now");
    expect(waiting.retryAfterMs).toBeGreaterThan(0);
    await submitVote(ann, answerTo(pair));
    expect(await claim(ann.id, { poolId: pool.id })).toMatchObject({ status: "finished", retryAfterMs: null });
  });
});

describe("what a cursor could leave behind", () => {
  it("is searched for from the beginning, but not more often than every three seconds", async () => {
    const pool = await makePool({ votes: 2 });
    const ann = await makeAnnotator();
    await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })));
    expect(await claim(ann.id, { poolId: pool.id })).toMatchObject({ status: "finished" });
    const late = await makeComparison(pool.id, 1, { slots: 0 });
    await db.$executeRaw`INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal", "position") VALUES (${late}::uuid, ${pool.id}::uuid, 0, 1)`;
    expect(await claim(ann.id, { poolId: pool.id })).toMatchObject({ status: "nothing-now", retryAfterMs: 3000 });
    await db.poolCursor.updateMany({ where: { userId: ann.id }, data: { rescannedAt: new Date(Date.now() - 3100) } });
    expect((await claimOne(ann.id, { poolId: pool.id })).comparisonId).toBe(late);
  });

  it("finds slots whose transaction committed after later ones were claimed", async () => {
    const pool = await makePool();
    const late = await makeComparison(pool.id, 1, { slots: 0 });
    const ann = await makeAnnotator();
    const importer = await pg.connect();
    await importer.query("BEGIN");
    await importer.query('INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal") VALUES ($1, $2, 0)', [late, pool.id]);
    const after = await makeComparison(pool.id, 2);
    for (const expected of [pool.comparisons[0], after]) {
      const pair = await claimOne(ann.id, { poolId: pool.id });
      expect(pair.comparisonId).toBe(expected);
      await submitVote(ann, answerTo(pair));
    }
    await importer.query("COMMIT");
    importer.release();
    expect((await claimOne(ann.id, { poolId: pool.id })).comparisonId).toBe(late);
  });

  it("finds slots that another claim held and let go without taking", async () => {
    const pool = await makePool({ comparisons: 2 });
    const ann = await makeAnnotator();
    const other = await pg.connect();
    await other.query("BEGIN");
    await other.query('SELECT 1 FROM "Slot" WHERE "comparisonId" = $1 FOR UPDATE', [pool.comparisons[0]]);
    const pair = await claimOne(ann.id, { poolId: pool.id });
    expect(pair.comparisonId).toBe(pool.comparisons[1]);
    await submitVote(ann, answerTo(pair));
    expect(await claim(ann.id, { poolId: pool.id })).toMatchObject({ status: "nothing-now", retryAfterMs: 300 });
    await other.query("ROLLBACK");
    other.release();
    expect((await claimOne(ann.id, { poolId: pool.id })).comparisonId).toBe(pool.comparisons[0]);
  });

  it("gets past any number of slots that do not suit, some with each request", async () => {
    const pool = await makePool({ comparisons: 2 });
    const ann = await makeAnnotator();
    await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })));
    await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })));
    await db.$executeRaw`INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal")
      SELECT ${pool.comparisons[0]}::uuid, ${pool.id}::uuid, n FROM generate_series(1, 9000) n`;
    const last = await makeComparison(pool.id, 3);
    const first = await claim(ann.id, { poolId: pool.id });
    expect(first).toMatchObject({ status: "nothing-now", pairs: [] });
    expect((await claimOne(ann.id, { poolId: pool.id })).comparisonId).toBe(last);
  });
});

describe("leases", () => {
  it("come back to the same tab after a reload, and to no other living tab", async () => {
    const pool = await makePool({ comparisons: 4 });
    const ann = await makeAnnotator();
    const first = await claim(ann.id, { tab: "first-tab", count: 2, poolId: pool.id });
    const second = await claim(ann.id, { tab: "second-tab", count: 2, poolId: pool.id });
    const reloaded = await claim(ann.id, { tab: "first-tab", count: 2, poolId: pool.id });
    const ids = (answer: typeof first) => answer.pairs.map((pair) => pair.comparisonId);
    expect(ids(reloaded)).toEqual(ids(first));
    expect(ids(first)).not.toEqual(expect.arrayContaining(ids(second)));
    expect(new Set([...ids(first), ...ids(second)]).size).toBe(4);
  });

  it("go to the person's next tab once the old one is silent", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { tab: "first-tab", poolId: pool.id });
    expect((await claim(ann.id, { tab: "second-tab", poolId: pool.id })).pairs).toEqual([]);
    await db.slot.updateMany({ where: { annotatorId: ann.id }, data: { leaseRenewedAt: new Date(Date.now() - 21_000) } });
    const adopted = await claimOne(ann.id, { tab: "second-tab", poolId: pool.id });
    expect(adopted.comparisonId).toBe(pair.comparisonId);
    const { comparisonId, leaseId } = pair;
    const old = await heartbeat(ann.id, { tab: "first-tab", active: true, leases: [{ comparisonId, leaseId }] });
    expect(old.leases).toMatchObject([{ state: "elsewhere" }]);
  });

  it("are renewed by an active annotator only", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const { comparisonId, leaseId } = await claimOne(ann.id, { tab: "first-tab", poolId: pool.id });
    const soon = new Date(Date.now() + 5000);
    await db.slot.updateMany({ where: { comparisonId }, data: { leaseExpiresAt: soon } });
    const beat = async (active: boolean) =>
      (await heartbeat(ann.id, { tab: "first-tab", active, leases: [{ comparisonId, leaseId }] })).leases[0];
    expect(await beat(false)).toMatchObject({ state: "held", leaseExpiresAt: soon.toISOString() });
    expect(new Date((await beat(true))?.leaseExpiresAt ?? 0).getTime()).toBeGreaterThan(soon.getTime() + 60_000);
  });

  it("that ran out open at the end of the queue, for everybody again", async () => {
    const pool = await makePool({ comparisons: 2 });
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const { comparisonId } = await claimOne(ann.id, { poolId: pool.id });
    await expireLeases(comparisonId);
    expect(await sweepOnce()).toBe(1);
    const order = (await claim(ben.id, { count: 2, poolId: pool.id })).pairs.map((pair) => pair.comparisonId);
    expect(order).toEqual([pool.comparisons[1], comparisonId]);
  });

  it("that ran out while the annotator was thinking come back with the next sign of life, if still free", async () => {
    const pool = await makePool();
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const { comparisonId, leaseId } = await claimOne(ann.id, { tab: "first-tab", poolId: pool.id });
    const beat = async () =>
      (await heartbeat(ann.id, { tab: "first-tab", active: true, leases: [{ comparisonId, leaseId }] })).leases[0]?.state;
    await expireLeases(comparisonId);
    await sweepOnce();
    expect(await beat()).toBe("held");
    await expireLeases(comparisonId);
    await sweepOnce();
    await claimOne(ben.id, { poolId: pool.id });
    expect(await beat()).toBe("lost");
    expect((await slotsOf(comparisonId))[0]).toMatchObject({ state: "leased", annotatorId: ben.id });
  });

  it("that are given back are free at once", async () => {
    const pool = await makePool();
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const { comparisonId, leaseId } = await claimOne(ann.id, { poolId: pool.id });
    expect(await releaseLeases(ann.id, { leases: [{ comparisonId, leaseId }] })).toBe(1);
    expect((await claimOne(ben.id, { poolId: pool.id })).comparisonId).toBe(comparisonId);
    await expect(releaseLeases(ben.id, { leases: [{ comparisonId, leaseId }] })).rejects.toMatchObject({ status: 403 });
  });

  it("are limited per person, so that nobody empties a pool by opening tabs", async () => {
    const pool = await makePool({ comparisons: 18 });
    const ann = await makeAnnotator();
    for (let tab = 0; tab < 4; tab++) await claim(ann.id, { tab: `tab-number-${tab}`, count: 4, poolId: pool.id });
    await expect(claim(ann.id, { tab: "one-tab-too-many", poolId: pool.id })).rejects.toThrow(/16 pairs in other tabs/);
  });

  it("of an archived comparison or pool close when they end", async () => {
    const pool = await makePool({ comparisons: 2 });
    const ann = await makeAnnotator();
    const [first, second] = (await claim(ann.id, { count: 2, poolId: pool.id })).pairs;
    if (!first || !second) throw new Error("two pairs expected");
    await db.comparison.update({ where: { id: first.comparisonId }, data: { archivedAt: new Date() } });
    await releaseLeases(ann.id, { leases: [first] });
    await db.pool.update({ where: { id: pool.id }, data: { archivedAt: new Date() } });
    await expireLeases(second.comparisonId);
    await sweepOnce();
    const states = [...(await slotsOf(first.comparisonId)), ...(await slotsOf(second.comparisonId))].map((slot) => slot.state);
    expect(states).toEqual(["closed", "closed"]);
  });
});
