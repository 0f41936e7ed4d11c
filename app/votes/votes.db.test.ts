import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { answerTo, claim, claimOne, draftOf, expireLeases, makeAnnotator, makePool, slotsOf } from "../../tests/support/annotation";
import { regradeRequest, type VoteRequest } from "../annotate/schema";
import { leftSideFor } from "../assignment/secret.server";
import { sweepOnce } from "../assignment/sweep.server";
import { db } from "../database/client.server";
import { saveDraft } from "../drafts/commands.server";
import { regradeVote } from "./regrade.server";
import { submitVote } from "./submit.server";
import { undoVote } from "./undo.server";

const voteOf = (comparisonId: string, annotatorId: string) =>
  db.vote.findUniqueOrThrow({
    where: { comparisonId_annotatorId: { comparisonId, annotatorId } },
    include: { current: { include: { edit: true } }, revisions: { orderBy: { number: "asc" } } },
  });
const audited = async (subjectId: string) =>
  (await db.auditEntry.findMany({ where: { subjectId }, orderBy: { id: "asc" } })).map((entry) => entry.action);

async function given(spec: Parameters<typeof makePool>[0] = {}) {
  const pool = await makePool(spec);
  const ann = await makeAnnotator();
  return { pool, ann, pair: await claimOne(ann.id, { poolId: pool.id }) };
}

describe("submitting", () => {
  it("fills the slot, and records what was chosen, where it stood and under which guidelines", async () => {
    const { ann, pair } = await given();
    const result = await submitVote(ann, answerTo(pair, { choice: "right", strength: "slightly_better", comment: "clearer" }));
    expect(result).toMatchObject({ status: "counted", revision: 1, message: null });
    const vote = await voteOf(pair.comparisonId, ann.id);
    expect(vote.current).toMatchObject({ kind: "submit", strength: "slightly_better", guidelineVersion: 1, comment: "clearer" });
    const { responseA, responseB } = await db.comparison.findUniqueOrThrow({
      where: { id: pair.comparisonId },
      include: { responseA: true, responseB: true },
    });
    expect([responseA.text, responseB.text][vote.current?.side ?? 9]).toBe(pair.right.text);
    expect([responseA.text, responseB.text][vote.current?.leftSide ?? 9]).toBe(pair.left.text);
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ state: "done", annotatorId: ann.id, leaseId: null }]);
    expect(await audited(vote.id)).toEqual(["vote.submit"]);
  });

  it("shuffles sides fairly, per annotator, and the same way each time", async () => {
    const [ann, ben, ...comparisons] = Array.from({ length: 1002 }, () => randomUUID());
    const sides = (annotator = "") => Promise.all(comparisons.map((comparison) => leftSideFor(comparison, annotator)));
    const [first, again, others] = [await sides(ann), await sides(ann), await sides(ben)];
    expect(again).toEqual(first);
    const ones = first.filter((side) => side === 1).length;
    const shared = first.filter((side, n) => side === others[n]).length;
    // 1,000 fair coins fall outside 400 to 600 less than once in a hundred million runs.
    for (const count of [ones, shared]) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it("twice with one key is one vote and one answer, also when both arrive at once", async () => {
    const { ann, pair } = await given({ votes: 2 });
    const input = answerTo(pair);
    const results = await Promise.all([submitVote(ann, input), submitVote(ann, input), submitVote(ann, input)]);
    results.push(await submitVote(ann, input));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect((await voteOf(pair.comparisonId, ann.id)).revisions).toHaveLength(1);
    expect((await slotsOf(pair.comparisonId)).map((slot) => slot.state)).toEqual(["done", "open"]);
  });

  it("a second answer under another key is refused, and names the vote", async () => {
    const { ann, pair } = await given({ votes: 2 });
    const { voteId } = await submitVote(ann, answerTo(pair));
    await expect(submitVote(ann, answerTo(pair))).rejects.toMatchObject({ status: 409, detail: { voteId } });
  });

  it("a key that somebody else used is refused", async () => {
    const { ann, pair, pool } = await given({ votes: 2 });
    const ben = await makeAnnotator();
    const input = answerTo(pair);
    await submitVote(ann, input);
    const other = answerTo(await claimOne(ben.id, { poolId: pool.id }), { idempotencyKey: input.idempotencyKey });
    await expect(submitVote(ben, other)).rejects.toMatchObject({ status: 409, field: "idempotencyKey" });
  });

  it("refuses a vote on a pair that was given to somebody else, or to nobody", async () => {
    const { pair } = await given();
    const ben = await makeAnnotator();
    await expect(submitVote(ben, answerTo(pair))).rejects.toMatchObject({ status: 403 });
    await expect(submitVote(ben, answerTo(pair, { leaseId: `${randomUUID()}.AAAAAAAAAAAAAAAAAAAAAA` }))).rejects.toMatchObject({
      status: 403,
    });
    expect(await db.vote.count({ where: { comparisonId: pair.comparisonId } })).toBe(0);
  });

  it("refuses guidelines that do not exist", async () => {
    const { ann, pair } = await given();
    await expect(submitVote(ann, answerTo(pair, { guidelineVersion: 7 }))).rejects.toMatchObject({ field: "guidelineVersion" });
  });

  it("believes no more active time than the clock allows", async () => {
    const { ann, pair } = await given();
    await submitVote(ann, answerTo(pair, { activeMs: 3_600_000 }));
    expect((await voteOf(pair.comparisonId, ann.id)).current?.activeMs).toBeLessThan(60_000);
  });

  it("counts time that was saved with a draft before the lease", async () => {
    const { ann, pair } = await given();
    const save = { tab: "tab-that-answers", comparisonId: pair.comparisonId, leaseId: pair.leaseId, baseVersion: 0 };
    await saveDraft(ann.id, { ...save, content: draftOf({ activeMs: 90_000 }) });
    await submitVote(ann, answerTo(pair, { activeMs: 90_001, draftVersion: 1 }));
    expect((await voteOf(pair.comparisonId, ann.id)).current?.activeMs).toBe(90_001);
    expect(await db.draft.count({ where: { annotatorId: ann.id } })).toBe(0);
  });
});

describe("a late submission", () => {
  async function late(votes: number, takers: number) {
    const { ann, pair, pool } = await given({ votes });
    await expireLeases(pair.comparisonId);
    await sweepOnce();
    const others = [];
    for (let n = 0; n < takers; n++) {
      const other = await makeAnnotator();
      others.push({ actor: other, pair: await claimOne(other.id, { poolId: pool.id }) });
    }
    return { ann, pair, others, result: await submitVote(ann, answerTo(pair)) };
  }

  it("counts when its slot is still free", async () => {
    const { result, pair, ann } = await late(1, 0);
    expect(result).toMatchObject({ status: "counted", message: expect.stringContaining("counts") as string });
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ state: "done", annotatorId: ann.id }]);
  });

  it("counts when another slot of the comparison is free", async () => {
    const { result, pair } = await late(2, 1);
    expect(result.status).toBe("counted");
    expect((await slotsOf(pair.comparisonId)).map((slot) => slot.state).sort()).toEqual(["done", "leased"]);
  });

  it("is kept as an extra when all slots are taken, says so, and is not asked again", async () => {
    const { result, pair, ann, others } = await late(1, 1);
    expect(result).toMatchObject({ status: "extra", message: expect.stringContaining("does not count") as string });
    expect(await voteOf(pair.comparisonId, ann.id)).toMatchObject({ status: "extra", slotId: null, current: { strength: "better" } });
    const [other] = others;
    if (!other) throw new Error("one other expected");
    expect((await submitVote(other.actor, answerTo(other.pair))).status).toBe("counted");
    expect((await claim(ann.id, { poolId: pair.pool.id })).pairs).toEqual([]);
  });

  it("takes the slot after all when it opens again", async () => {
    const { pair, ann } = await late(1, 1);
    await expireLeases(pair.comparisonId);
    await sweepOnce();
    const vote = await voteOf(pair.comparisonId, ann.id);
    expect(vote.status).toBe("counted");
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ id: vote.slotId, state: "done", annotatorId: ann.id }]);
    expect(await audited(vote.id)).toEqual(["vote.submit", "vote.count"]);
  });

  it("is an extra when the comparison was archived meanwhile", async () => {
    const { ann, pair } = await given();
    await db.comparison.update({ where: { id: pair.comparisonId }, data: { archivedAt: new Date() } });
    await expireLeases(pair.comparisonId);
    await sweepOnce();
    expect((await submitVote(ann, answerTo(pair))).status).toBe("extra");
  });
});

describe("undo", () => {
  const undo = (actor: { kind: "user"; id: string }, voteId: string, idempotencyKey = randomUUID()) =>
    undoVote(actor, { kind: "vote", tab: "tab-of-" + actor.id, voteId, idempotencyKey });

  it("withdraws the vote, gives the pair back with the old answer as its draft, and can be answered anew", async () => {
    const { ann, pair } = await given();
    const edit = { text: `${pair.left.text} And more.` };
    const { voteId } = await submitVote(ann, answerTo(pair, { edit, comment: "why" }));
    const back = await undo(ann, voteId);
    expect(back.pair).toMatchObject({ comparisonId: pair.comparisonId, left: pair.left });
    expect(back.pair?.draft?.content).toMatchObject({ choice: "left", strength: "better", left: { editText: edit.text }, comment: "why" });
    expect(await voteOf(pair.comparisonId, ann.id)).toMatchObject({ status: "withdrawn", slotId: null, current: null });
    if (!back.pair) throw new Error("a pair expected");
    const again = await submitVote(ann, answerTo(back.pair, { choice: "right", draftVersion: back.pair.draft?.version ?? 0 }));
    expect(again).toMatchObject({ voteId, revision: 3, status: "counted" });
    const kinds = (await voteOf(pair.comparisonId, ann.id)).revisions.map((revision) => revision.kind);
    expect(kinds).toEqual(["submit", "undo", "submit"]);
    expect(await audited(voteId)).toEqual(["vote.submit", "vote.undo", "vote.submit"]);
  });

  it("brings back that there was nothing to improve, with the reason", async () => {
    const { ann, pair } = await given({ editPolicy: "required" });
    const { voteId } = await submitVote(ann, answerTo(pair, { nothingToImprove: true, comment: "It is perfect." }));
    const { pair: back } = await undo(ann, voteId);
    expect(back?.draft?.content).toMatchObject({
      left: { nothingToImprove: true },
      right: { nothingToImprove: false },
      comment: "It is perfect.",
    });
  });

  it("is one undo when it arrives twice, and refused for somebody else's vote", async () => {
    const { ann, pair } = await given();
    const ben = await makeAnnotator();
    const { voteId } = await submitVote(ann, answerTo(pair));
    await expect(undo(ben, voteId)).rejects.toMatchObject({ status: 404 });
    const key = randomUUID();
    const [first, second] = await Promise.all([undo(ann, voteId, key), undo(ann, voteId, key)]);
    expect(first.pair?.leaseId).toBe(second.pair?.leaseId);
    await expect(undo(ann, voteId)).rejects.toMatchObject({ status: 409 });
    expect((await voteOf(pair.comparisonId, ann.id)).revisions).toHaveLength(2);
  });
});

describe("regrading", () => {
  const change = (voteId: string, revision: number, changes: Partial<VoteRequest> = {}) =>
    regradeRequest.parse({
      voteId,
      revision,
      idempotencyKey: randomUUID(),
      choice: "right",
      strength: "marginally_better",
      activeMs: 0,
      ...changes,
    });

  it("adds a revision and keeps every one before it", async () => {
    const { ann, pair } = await given();
    const first = { text: `${pair.left.text} First edit.` };
    const { voteId } = await submitVote(ann, answerTo(pair, { edit: first }));
    const input = change(voteId, 1, { edit: { text: `${pair.right.text} Second edit.` } });
    const results = [await regradeVote(ann, input), await regradeVote(ann, input)];
    expect(results).toEqual([results[0], { voteId, revision: 2, status: "counted", message: null }]);
    const vote = await voteOf(pair.comparisonId, ann.id);
    expect(vote.current).toMatchObject({ number: 2, kind: "regrade", strength: "marginally_better" });
    expect(vote.revisions.map((revision) => revision.strength)).toEqual(["better", "marginally_better"]);
    expect(await db.edit.count({ where: { authorId: ann.id } })).toBe(2);
    expect(await audited(voteId)).toEqual(["vote.submit", "vote.regrade"]);
  });

  it("refuses a change from an outdated page, of an undone vote, and by somebody else", async () => {
    const { ann, pair } = await given();
    const { voteId } = await submitVote(ann, answerTo(pair));
    await regradeVote(ann, change(voteId, 1));
    await expect(regradeVote(ann, change(voteId, 1))).rejects.toMatchObject({ status: 409, detail: { revision: 2 } });
    await expect(regradeVote(await makeAnnotator(), change(voteId, 2))).rejects.toMatchObject({ status: 404 });
    await undoVote(ann, { kind: "vote", tab: "some-tab-or-other", voteId, idempotencyKey: randomUUID() });
    await expect(regradeVote(ann, change(voteId, 2))).rejects.toMatchObject({ status: 409 });
  });
});
