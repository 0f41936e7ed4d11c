import { describe, expect, it } from "vitest";
import { makeAnnotator, makePool, slotsOf } from "../../tests/support/annotation";
import { SYSTEM, audit } from "../audit/commands.server";
import { givenPool, person } from "../../tests/support/votes";
import { db } from "./client.server";

describe("what the database itself refuses", () => {
  it("keeps the audit log append-only", async () => {
    await audit(db, SYSTEM, { action: "test.write", subjectType: "test", subjectId: "1" });
    await expect(db.auditEntry.updateMany({ data: { action: "forged" } })).rejects.toThrow(/append-only/);
    await expect(db.auditEntry.deleteMany()).rejects.toThrow(/append-only/);
    await expect(db.$executeRaw`TRUNCATE "AuditEntry"`).rejects.toThrow(/append-only/);
    expect(await db.auditEntry.count()).toBe(1);
  });

  it("refuses a guideline that is rewritten", async () => {
    const pool = await db.pool.create({ data: { name: "General", guidelines: { create: { version: 1, body: "Be fair." } } } });
    await expect(db.guideline.updateMany({ where: { poolId: pool.id }, data: { body: "Be unfair." } })).rejects.toThrow(/append-only/);
  });

  it("refuses a response, an edit or a revision that is rewritten", async () => {
    const { comparisonIds } = await givenPool("Written", [{ prompt: "Q", votes: [{ by: "ann", side: 0, edited: "Better." }] }]);
    const { responseAId: id } = await db.comparison.findUniqueOrThrow({ where: { id: comparisonIds[0] } });
    await expect(db.response.update({ where: { id }, data: { text: "Forged" } })).rejects.toThrow(/never rewritten/);
    await expect(db.edit.updateMany({ where: { responseId: id }, data: { text: "Forged" } })).rejects.toThrow(/append-only/);
    await expect(db.voteRevision.updateMany({ data: { side: 1 } })).rejects.toThrow(/append-only/);
    await expect(db.voteRevision.deleteMany()).rejects.toThrow(/append-only/);
  });

  it("refuses a vote too many: two for one slot, two by one person, or one that counts without a slot", async () => {
    const { comparisonIds } = await givenPool("Places", [{ prompt: "P", votes: [{ by: "ann", side: 0 }] }]);
    const vote = await db.vote.findFirstOrThrow({ where: { comparisonId: comparisonIds[0] } });
    const more = (annotatorId: string, slotId: bigint | null) =>
      db.vote.create({ data: { comparisonId: vote.comparisonId, annotatorId, status: "counted", slotId } });
    const bob = await person("bob");
    await expect(more(bob, vote.slotId)).rejects.toThrow(/slotId/);
    await expect(more(bob, null)).rejects.toThrow(/Vote_slot/);
    await expect(more(vote.annotatorId, null)).rejects.toThrow();
    expect(await db.vote.count({ where: { comparisonId: vote.comparisonId } })).toBe(1);
  });

  it("refuses a slot whose holder does not fit its state", async () => {
    const slot = await db.slot.findFirstOrThrow({ where: { state: "done" } });
    const set = (data: object) => db.slot.update({ where: { id: slot.id }, data });
    await expect(set({ state: "open" })).rejects.toThrow(/Slot_holder/);
    await expect(set({ annotatorId: null })).rejects.toThrow(/Slot_holder/);
    await expect(set({ state: "leased" })).rejects.toThrow(/Slot_holder/);
  });

  it("refuses a pool that asks for no votes", async () => {
    await expect(db.pool.create({ data: { name: "Empty", votesPerComparison: 0 } })).rejects.toThrow(/Pool_votes/);
  });

  it("refuses a vote that counts in a slot of another comparison, of another person, or that is not done", async () => {
    const { comparisons } = await makePool({ comparisons: 2 });
    const [comparisonId = "", other = ""] = comparisons;
    const [ann, ben] = [await makeAnnotator("Ann"), await makeAnnotator("Ben")];
    const [own, foreign] = [(await slotsOf(comparisonId))[0]!, (await slotsOf(other))[0]!];
    const count = (slotId: bigint) => db.vote.create({ data: { comparisonId, annotatorId: ann.id, slotId, status: "counted" } });
    const fill = (id: bigint, annotatorId: string) => db.slot.update({ where: { id }, data: { state: "done", annotatorId } });
    await expect(count(own.id)).rejects.toThrow(/not its own/);
    await expect(db.$transaction([count(foreign.id), fill(foreign.id, ann.id)])).rejects.toThrow(/not its own/);
    await expect(db.$transaction([count(own.id), fill(own.id, ben.id)])).rejects.toThrow(/not its own/);
    await expect(db.$transaction([count(own.id), fill(own.id, ann.id)])).resolves.toMatchObject([{ slotId: own.id }, { state: "done" }]);
  });

  it("refuses a slot that is done without a vote, and a counted vote whose slot is not done any more", async () => {
    const { comparisons } = await makePool();
    const [comparisonId = ""] = comparisons;
    const [slot] = await slotsOf(comparisonId);
    const [ann, ben] = [await makeAnnotator("Ann"), await makeAnnotator("Ben")];
    const set = (id: bigint, data: object) => db.slot.update({ where: { id }, data });
    const done = { state: "done", annotatorId: ann.id };
    const open = { state: "open", annotatorId: null };
    const without = /done without its vote, or has a vote and is not done/;
    await expect(set(slot!.id, done)).rejects.toThrow(without);
    await expect(
      db.$executeRaw`INSERT INTO "Slot" ("comparisonId", "poolId", "ordinal", "state", "annotatorId")
        SELECT "comparisonId", "poolId", 7, 'done', ${ann.id}::uuid FROM "Slot" WHERE "id" = ${slot!.id}`,
    ).rejects.toThrow(without);
    const made = db.vote.create({ data: { comparisonId, annotatorId: ann.id, slotId: slot!.id, status: "counted" } });
    const [, vote] = await db.$transaction([set(slot!.id, done), made]);
    const withdraw = () => db.vote.update({ where: { id: vote!.id }, data: { slotId: null, status: "withdrawn" } });
    await expect(set(slot!.id, open)).rejects.toThrow(without);
    await expect(set(slot!.id, { annotatorId: ben.id })).rejects.toThrow(without);
    await expect(withdraw()).rejects.toThrow(without);
    await expect(db.vote.delete({ where: { id: vote!.id } })).rejects.toThrow(without);
    await expect(db.$transaction([withdraw(), set(slot!.id, open)])).resolves.toMatchObject([{ slotId: null }, open]);
  });
});
