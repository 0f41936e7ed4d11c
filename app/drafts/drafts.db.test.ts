import { describe, expect, it } from "vitest";
import { answerTo, claimOne, draftOf, expireLeases, makeAnnotator, makePool } from "../../tests/support/annotation";
import { draftContent, type Pair } from "../annotate/schema";
import { sweepOnce } from "../assignment/sweep.server";
import { db } from "../database/client.server";
import { submitVote } from "../votes/submit.server";
import { saveDraft } from "./commands.server";

const save = (
  annotatorId: string,
  pair: Pair,
  tab: string,
  baseVersion: number,
  comment: string,
  leaseId: string | undefined = pair.leaseId,
) => saveDraft(annotatorId, { tab, comparisonId: pair.comparisonId, leaseId, baseVersion, content: draftOf({ comment }) });
const kept = async (annotatorId: string) => (await db.draft.findFirstOrThrow({ where: { annotatorId } })).content;

async function given() {
  const pool = await makePool({ votes: 2 });
  const ann = await makeAnnotator();
  return { pool, ann, pair: await claimOne(ann.id, { poolId: pool.id }) };
}

describe("drafts", () => {
  it("rise by one version per save and come back with the pair", async () => {
    const { pool, ann, pair } = await given();
    expect(await save(ann.id, pair, "first-tab", 0, "one")).toMatchObject({ version: 1 });
    expect(await save(ann.id, pair, "first-tab", 1, "two")).toMatchObject({ version: 2 });
    expect((await claimOne(ann.id, { poolId: pool.id })).draft).toMatchObject({
      version: 2,
      tab: "first-tab",
      content: { comment: "two" },
    });
  });

  it("of two tabs never overwrite each other: the second is told what stands there", async () => {
    const { ann, pair } = await given();
    await save(ann.id, pair, "first-tab", 0, "first");
    await save(ann.id, pair, "second-tab", 1, "second");
    await expect(save(ann.id, pair, "first-tab", 1, "lost?")).rejects.toMatchObject({
      status: 409,
      detail: { draft: { version: 2, tab: "second-tab", content: { comment: "second" } } },
    });
    expect(await kept(ann.id)).toMatchObject({ comment: "second" });
  });

  it("of two tabs at the same moment: one is saved, the other told", async () => {
    const { ann, pair } = await given();
    const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => save(ann.id, pair, `tab-number-${name}`, 0, name)));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect(results.filter((result) => result.status === "rejected" && (result.reason as { status?: number }).status === 409)).toHaveLength(
      3,
    );
  });

  it("are saved when a tab repeats a save whose answer it never received", async () => {
    const { ann, pair } = await given();
    await save(ann.id, pair, "first-tab", 0, "one");
    expect(await save(ann.id, pair, "first-tab", 0, "one and more")).toMatchObject({ version: 2 });
  });

  it("are not submitted over: an answer made from an older draft of another tab is refused", async () => {
    const { ann, pair } = await given();
    await save(ann.id, pair, "first-tab", 0, "first");
    await save(ann.id, pair, "second-tab", 1, "written in the second tab");
    await expect(submitVote(ann, answerTo(pair, { tab: "first-tab", draftVersion: 1 }))).rejects.toMatchObject({ status: 409 });
    expect((await submitVote(ann, answerTo(pair, { tab: "first-tab", draftVersion: 2 }))).status).toBe("counted");
  });

  it("do not come back after their submission", async () => {
    const { ann, pair } = await given();
    await submitVote(ann, answerTo(pair));
    await expect(save(ann.id, pair, "first-tab", 0, "late autosave")).rejects.toMatchObject({ status: 409 });
    expect(await db.draft.count({ where: { annotatorId: ann.id } })).toBe(0);
    expect(
      await saveDraft(ann.id, {
        tab: "first-tab",
        comparisonId: pair.comparisonId,
        baseVersion: 0,
        content: draftOf({ comment: "regrade" }),
      }),
    ).toMatchObject({
      version: 1,
    });
  });

  it("are kept after the lease ran out, and refused for a pair that was never given", async () => {
    const { ann, pair } = await given();
    await expireLeases(pair.comparisonId);
    await sweepOnce();
    await save(ann.id, pair, "first-tab", 0, "still typing");
    expect(await kept(ann.id)).toMatchObject({ comment: "still typing" });
    const ben = await makeAnnotator();
    await expect(save(ben.id, pair, "first-tab", 0, "mine?")).rejects.toMatchObject({ status: 403 });
    await expect(
      saveDraft(ben.id, { tab: "first-tab", comparisonId: pair.comparisonId, baseVersion: 0, content: draftOf() }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it("hold an edit of each side", async () => {
    const { pool, ann, pair } = await given();
    const content = draftOf({
      choice: "right",
      left: { editText: "left", nothingToImprove: false },
      right: { editText: "right", nothingToImprove: true },
    });
    await saveDraft(ann.id, { tab: "first-tab", comparisonId: pair.comparisonId, leaseId: pair.leaseId, baseVersion: 0, content });
    expect((await claimOne(ann.id, { poolId: pool.id })).draft?.content).toEqual(content);
  });

  it("that the first version of the program stored are read in today's form", async () => {
    const { pool, ann, pair } = await given();
    const old = { choice: "right", strength: "better", editText: "as it was", nothingToImprove: false, comment: "c", activeMs: 7 };
    await db.draft.create({ data: { comparisonId: pair.comparisonId, annotatorId: ann.id, version: 1, tab: "first-tab", content: old } });
    expect((await claimOne(ann.id, { poolId: pool.id })).draft?.content).toEqual(
      draftOf({
        choice: "right",
        strength: "better",
        right: { editText: "as it was", nothingToImprove: false },
        comment: "c",
        activeMs: 7,
      }),
    );
  });

  it("hold whatever can be typed or pasted", async () => {
    const { ann, pair } = await given();
    const odd = "ش‏ר \u200b 👩‍👩‍👧 \uD83D cut, nul \0 end";
    const content = draftContent.parse({ right: { editText: odd.repeat(2000) }, comment: odd });
    await saveDraft(ann.id, { tab: "first-tab", comparisonId: pair.comparisonId, leaseId: pair.leaseId, baseVersion: 0, content });
    expect(await kept(ann.id)).toMatchObject({ comment: "ش‏ר \u200b 👩‍👩‍👧 \uFFFD cut, nul  end" });
  });
});
