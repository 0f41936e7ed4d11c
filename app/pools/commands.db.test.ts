import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { promptColumns } from "../prompts/content.server";
import { addGuideline, archivePool, createPool, restorePool, setMembers, updatePool } from "./commands.server";
import { getPool, getPoolDetail, listPools } from "./queries.server";
import { poolList } from "./schema";

const actor = COMMAND_LINE;
let poolId: string;
let names = 0;

const person = async () => {
  const name = `person ${++names}`;
  return await db.user.create({ data: { email: `${names}@example.org`, name, pseudonym: name, role: "annotator" } });
};

async function comparison(slots: ("open" | "leased" | "done")[]) {
  const messages = [{ role: "user" as const, content: `Question ${++names}` }];
  const prompt = await db.prompt.create({ data: { poolId, messages, ...promptColumns(messages) } });
  const response = (text: string) => db.response.create({ data: { promptId: prompt.id, modelName: text, text, contentHash: text } });
  const [a, b] = [await response("a"), await response("b")];
  const made = await db.comparison.create({
    data: { poolId, promptId: prompt.id, responseAId: a.id, responseBId: b.id, votesRequired: slots.length },
  });
  for (const [ordinal, state] of slots.entries()) {
    const holder = state === "open" ? null : (await person()).id;
    const lease = state === "leased" ? { leaseId: randomUUID(), leaseExpiresAt: new Date(Date.now() + 60_000) } : {};
    const [slot] = await db.$queryRaw<{ id: bigint }[]>`
      INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal") VALUES (${made.id}::uuid, ${poolId}::uuid, ${ordinal}) RETURNING "id"`;
    const changed = db.slot.update({ where: { id: slot!.id }, data: { state, annotatorId: holder, ...lease } });
    const vote = { comparisonId: made.id, annotatorId: holder ?? "", slotId: slot!.id, status: "counted" as const };
    await db.$transaction([changed, ...(state === "done" ? [db.vote.create({ data: vote })] : [])]);
  }
  return made.id;
}

const states = async (id: string) =>
  (await db.slot.findMany({ where: { comparisonId: id }, orderBy: { ordinal: "asc" } })).map(({ state }) => state).join(" ");
const required = async (id: string) => (await db.comparison.findUniqueOrThrow({ where: { id } })).votesRequired;

beforeEach(async () => {
  poolId = (await createPool(actor, { name: `Pool ${++names}`, votesPerComparison: 3, guidelines: "Be **fair**." })).id;
});

describe("a pool", () => {
  it("is made with guidelines, and in the audit log", async () => {
    const pool = await getPoolDetail(poolId);
    expect(pool.guidelines).toMatchObject([{ version: 1, body: "Be **fair**." }]);
    expect(await db.auditEntry.findFirst({ where: { subjectId: poolId } })).toMatchObject({
      action: "pool.create",
      actorKind: "command line",
    });
  });

  it("refuses a name that is taken, on creation and on change", async () => {
    const other = await createPool(actor, { name: `Pool ${++names}` });
    const { name } = await getPool(poolId);
    await expect(createPool(actor, { name })).rejects.toThrow(/already a pool called/);
    await expect(updatePool(actor, other.id, { name })).rejects.toMatchObject({ status: 409, field: "name" });
  });

  it("refuses what is out of range, in words", async () => {
    await expect(createPool(actor, { name: " " })).rejects.toThrow(/needs a name/);
    await expect(createPool(actor, { name: "x", votesPerComparison: 0 })).rejects.toThrow(/At least 1/);
    await expect(createPool(actor, { name: "x", language: "klingon or so" })).rejects.toThrow(/language tag/);
    await expect(updatePool(actor, randomUUID(), { priority: 1 })).rejects.toMatchObject({ status: 404 });
  });

  it("is not changed from a page that is out of date: settings, guidelines and members of two admins", async () => {
    const { updatedAt } = await getPool(poolId);
    await updatePool(actor, poolId, { priority: 1 }, updatedAt);
    await expect(updatePool(actor, poolId, { priority: 2 }, updatedAt)).rejects.toMatchObject({ status: 409 });
    await updatePool(actor, poolId, { priority: 1 }, updatedAt);
    expect(await getPool(poolId)).toMatchObject({ priority: 1 });

    const bodies = ["One wrote this.", "Another wrote that."];
    const results = await Promise.allSettled(bodies.map((body) => addGuideline(actor, poolId, { body, base: 1 })));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { status: 409, field: "body" } });
    expect((await getPoolDetail(poolId)).guidelines.map(({ version }) => version)).toEqual([2, 1]);

    const [ann, bob, cy] = [(await person()).id, (await person()).id, (await person()).id];
    await setMembers(actor, poolId, { userIds: [ann] });
    await setMembers(actor, poolId, { userIds: [ann, bob], base: [ann] });
    await setMembers(actor, poolId, { userIds: [cy], base: [ann] });
    await setMembers(actor, poolId, { userIds: [ann, cy], base: [ann, cy] });
    expect((await getPoolDetail(poolId)).members.map(({ userId }) => userId).sort()).toEqual([bob, cy].sort());
  });

  it("logs what changed, from and to, and nothing when nothing did", async () => {
    await updatePool(actor, poolId, { priority: 7, votesPerComparison: 3 });
    await updatePool(actor, poolId, { priority: 7 });
    const entries = await db.auditEntry.findMany({ where: { subjectId: poolId, action: "pool.update" } });
    expect(entries.map(({ detail }) => detail)).toEqual([{ from: { priority: 0 }, to: { priority: 7 } }]);
  });
});

describe("votes per comparison", () => {
  it("adds places, at the end of the queue", async () => {
    const id = await comparison(["done", "open", "open"]);
    await updatePool(actor, poolId, { votesPerComparison: 5 });
    expect(await states(id)).toBe("done open open open open");
    expect(await required(id)).toBe(5);
  });

  it("closes spare places, and opens the same ones again", async () => {
    const id = await comparison(["open", "done", "open"]);
    await updatePool(actor, poolId, { votesPerComparison: 1 });
    expect(await states(id)).toBe("closed done closed");
    await updatePool(actor, poolId, { votesPerComparison: 2 });
    expect(await states(id)).toBe("open done closed");
    expect(await required(id)).toBe(2);
  });

  it("keeps votes and work in progress, and says so in votesRequired", async () => {
    const id = await comparison(["done", "leased", "open"]);
    await updatePool(actor, poolId, { votesPerComparison: 1 });
    expect(await states(id)).toBe("done leased closed");
    expect(await required(id)).toBe(2);
  });
});

describe("archiving", () => {
  it("closes what is open, and restoring opens it behind everything else", async () => {
    const id = await comparison(["done", "open", "leased"]);
    const before = await db.slot.findFirstOrThrow({ where: { comparisonId: id, ordinal: 1 } });
    await archivePool(actor, poolId);
    await archivePool(actor, poolId);
    expect(await states(id)).toBe("done closed leased");
    await restorePool(actor, poolId);
    expect(await states(id)).toBe("done open leased");
    const after = await db.slot.findFirstOrThrow({ where: { comparisonId: id, ordinal: 1 } });
    expect(after.position).toBeGreaterThan(before.position);
    expect(await db.auditEntry.count({ where: { subjectId: poolId, action: { in: ["pool.archive", "pool.restore"] } } })).toBe(2);
  });

  it("leaves comparisons closed that are archived themselves", async () => {
    const id = await comparison(["open"]);
    await db.comparison.update({ where: { id }, data: { archivedAt: new Date() } });
    await archivePool(actor, poolId);
    await restorePool(actor, poolId);
    expect(await states(id)).toBe("closed");
  });

  it("is a filter of the list, which shows progress", async () => {
    await comparison(["done", "open", "leased"]);
    const find = async (archived: "no" | "yes") => (await listPools(poolList.parse({ archived }))).rows.find(({ id }) => id === poolId);
    // Where counting takes long, figures may be some seconds old.
    const soon = { timeout: 15_000 };
    await expect
      .poll(async () => (await find("no"))?.progress, soon)
      .toEqual({ prompts: 1, comparisons: 1, wanted: 3, done: 1, open: 1, leased: 1 });
    await archivePool(actor, poolId);
    expect(await find("no")).toBeUndefined();
    await expect.poll(async () => (await find("yes"))?.progress, soon).toMatchObject({ wanted: 2, open: 0 });
  });
});

describe("guidelines and members", () => {
  it("numbers versions, also when several come at once", async () => {
    const versions = await Promise.all(["a", "b", "c"].map((body) => addGuideline(actor, poolId, { body })));
    expect(versions.sort()).toEqual([2, 3, 4]);
    const [newest] = (await getPoolDetail(poolId)).guidelines;
    await expect(addGuideline(actor, poolId, { body: newest?.body ?? "" })).rejects.toThrow(/word for word/);
  });

  it("sets members as a whole, and refuses people from imports", async () => {
    const [ann, bob] = [await person(), await person()];
    await setMembers(actor, poolId, { userIds: [ann.id] });
    await setMembers(actor, poolId, { userIds: [bob.id, bob.id] });
    expect((await getPoolDetail(poolId)).members.map(({ userId }) => userId)).toEqual([bob.id]);
    const known = await db.user.create({ data: { email: "i@x", name: "i", pseudonym: "i", role: "annotator", imported: true } });
    await expect(setMembers(actor, poolId, { userIds: [known.id] })).rejects.toMatchObject({ field: "userIds" });
  });
});
