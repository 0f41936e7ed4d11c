import { readGuidelines } from "../annotate/guidelines.server";
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { answerTo, claim, claimOne, draftOf, makeAnnotator, makePool, slotsOf } from "../../tests/support/annotation";
import { db } from "../database/client.server";
import { saveDraft } from "../drafts/commands.server";
import { flagPair, skipPair } from "./pass.server";
import { mySkips, myVote, myVotes } from "./queries.server";
import { submitVote } from "./submit.server";
import { undoFlag, undoSkip, undoVote } from "./undo.server";

const tab = "tab-that-answers";
const skipOf = (pair: { comparisonId: string; leaseId: string }) =>
  ({ comparisonId: pair.comparisonId, leaseId: pair.leaseId, reason: "outside_expertise", comment: "" }) as const;

describe("skipping", () => {
  it("frees the slot for others, keeps the draft, and does not offer the pair again", async () => {
    const pool = await makePool();
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const pair = await claimOne(ann.id, { poolId: pool.id });
    await saveDraft(ann.id, {
      tab,
      comparisonId: pair.comparisonId,
      leaseId: pair.leaseId,
      baseVersion: 0,
      content: draftOf({ comment: "hm" }),
    });
    await skipPair(ann, skipOf(pair));
    expect((await claim(ann.id, { poolId: pool.id })).pairs).toEqual([]);
    expect(await mySkips(ann.id)).toMatchObject([{ comparisonId: pair.comparisonId, reason: "outside_expertise" }]);
    expect(await db.draft.count({ where: { annotatorId: ann.id } })).toBe(1);
    expect((await claimOne(ben.id, { poolId: pool.id })).comparisonId).toBe(pair.comparisonId);
  });

  it("can be undone: the pair comes back with its draft, or the answer says that it is taken", async () => {
    const pool = await makePool();
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const pair = await claimOne(ann.id, { poolId: pool.id });
    await skipPair(ann, skipOf(pair));
    const back = await undoSkip(ann, { tab, comparisonId: pair.comparisonId });
    expect(back.pair).toMatchObject({ comparisonId: pair.comparisonId });
    if (!back.pair) throw new Error("a pair expected");
    await skipPair(ann, skipOf(back.pair));
    await claimOne(ben.id, { poolId: pool.id });
    expect(await undoSkip(ann, { tab, comparisonId: pair.comparisonId })).toMatchObject({
      pair: null,
      message: expect.stringContaining("Others have taken") as string,
    });
    await expect(undoSkip(ann, { tab, comparisonId: pair.comparisonId })).rejects.toMatchObject({ status: 409 });
    const actions = await db.auditEntry.findMany({ where: { subjectId: pair.comparisonId }, orderBy: { id: "asc" } });
    expect(actions.map((entry) => entry.action)).toEqual(["skip.make", "skip.undo", "skip.make", "skip.undo"]);
  });

  it("is refused for an answered pair and for somebody else's", async () => {
    const pool = await makePool();
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    const pair = await claimOne(ann.id, { poolId: pool.id });
    await expect(skipPair(ben, skipOf(pair))).rejects.toMatchObject({ status: 403 });
    await submitVote(ann, answerTo(pair));
    await expect(skipPair(ann, skipOf(pair))).rejects.toMatchObject({ status: 409 });
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ state: "done" }]);
  });

  it("gives way to an answer that arrives after it", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId: pool.id });
    await skipPair(ann, skipOf(pair));
    expect((await submitVote(ann, answerTo(pair))).status).toBe("counted");
    expect(await mySkips(ann.id)).toEqual([]);
  });
});

describe("flagging", () => {
  it("keeps the pair, or skips it as well, and can be undone until an admin dealt with it", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId: pool.id });
    const flag = { comparisonId: pair.comparisonId, leaseId: pair.leaseId, reason: "personal_data", comment: "a phone number" } as const;
    const kept = await flagPair(ann, { ...flag, skip: false });
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ state: "leased" }]);
    const skipped = await flagPair(ann, { ...flag, skip: true });
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ state: "open" }]);
    await undoFlag(ann, kept.flagId);
    await db.flag.update({ where: { id: skipped.flagId }, data: { resolvedAt: new Date() } });
    await expect(undoFlag(ann, skipped.flagId)).rejects.toMatchObject({ status: 409 });
    await expect(undoFlag(await makeAnnotator(), skipped.flagId)).rejects.toMatchObject({ status: 404 });
    expect(await db.flag.count({ where: { comparisonId: pair.comparisonId } })).toBe(1);
  });

  it("is possible from history for one's own answers only", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId: pool.id });
    const flag = { comparisonId: pair.comparisonId, reason: "duplicate", comment: "", skip: false } as const;
    await expect(flagPair(ann, flag)).rejects.toMatchObject({ status: 404 });
    await submitVote(ann, answerTo(pair));
    expect(await flagPair(ann, flag)).toMatchObject({ skipped: false });
  });
});

describe("history", () => {
  it("pages through an annotator's answers, last changed first, each once", async () => {
    const pool = await makePool({ comparisons: 7 });
    const ann = await makeAnnotator();
    const made: string[] = [];
    for (let n = 0; n < 7; n++) made.unshift((await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })))).voteId);
    await db.vote.updateMany({ where: { id: { in: made.slice(1, 4) } }, data: { updatedAt: new Date(Date.now() + 1000) } });
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 4; page++) {
      const { items, nextCursor } = await myVotes(ann.id, { cursor, limit: 2 });
      seen.push(...items.map((item) => item.voteId));
      expect(nextCursor === null).toBe(page === 3);
      cursor = nextCursor ?? undefined;
    }
    expect([...seen].sort()).toEqual([...made].sort());
    expect(seen.slice(0, 3).sort()).toEqual(made.slice(1, 4).sort());
    expect((await myVotes((await makeAnnotator()).id)).items).toEqual([]);
  });

  it("shows one answer as it was seen, with every revision, to its annotator only", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId: pool.id });
    const { voteId } = await submitVote(ann, answerTo(pair, { choice: "right", edit: { text: `${pair.right.text} Yes.` } }));
    await undoVote(ann, { kind: "vote", tab, voteId, idempotencyKey: randomUUID() });
    const view = await myVote(ann.id, voteId);
    expect(view).toMatchObject({ status: "withdrawn", revision: null, left: pair.left, right: pair.right, messages: pair.messages });
    expect(view.revisions).toMatchObject([
      { kind: "submit", place: "right", strength: "better", distance: 5 },
      { kind: "undo", place: null, strength: null, editText: null },
    ]);
    expect(JSON.stringify([view, await myVotes(ann.id)])).not.toMatch(/secret-model/);
    await expect(myVote((await makeAnnotator()).id, voteId)).rejects.toMatchObject({ status: 404 });
  });

  it("shows with an answer the unsaved work on a change to it", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId: pool.id });
    const { voteId } = await submitVote(ann, answerTo(pair));
    expect((await myVote(ann.id, voteId)).draft).toBeNull();
    const content = draftOf({ choice: "right", strength: "better", comment: "on second thoughts" });
    await saveDraft(ann.id, { tab, comparisonId: pair.comparisonId, baseVersion: 0, content });
    expect((await myVote(ann.id, voteId)).draft).toMatchObject({ version: 1, content });
  });

  it("shows a pool's guidelines to those who work on it, or did", async () => {
    const pool = await makePool({ access: "members" });
    const [ann, member] = [await makeAnnotator(), await makeAnnotator()];
    await db.poolMember.create({ data: { poolId: pool.id, userId: member.id } });
    expect(await readGuidelines(member.id, { poolId: pool.id, version: 1 })).toMatchObject({ version: 1, body: "Be fair." });
    await expect(readGuidelines(ann.id, { poolId: pool.id, version: 1 })).rejects.toMatchObject({ status: 404 });
    await expect(readGuidelines(member.id, { poolId: pool.id, version: 2 })).rejects.toMatchObject({ status: 404 });
  });
});
