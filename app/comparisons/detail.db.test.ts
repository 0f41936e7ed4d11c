import { expect, it } from "vitest";
import { answerTo, claimOne, makeAnnotator, makePool } from "../../tests/support/annotation";
import { givenPool, person } from "../../tests/support/votes";
import { placeOf } from "../votes/context.server";
import { flagPair, skipPair } from "../votes/pass.server";
import { myVote, myVotes } from "../votes/queries.server";
import { submitVote } from "../votes/submit.server";
import { undoVote } from "../votes/undo.server";
import { leftSideFor } from "../assignment/secret.server";
import { getComparison } from "./detail.server";
import { theirLetters } from "./side-mark";

it("says of each answer, flag and skip what stood on its writer's left", async () => {
  const pool = await makePool({ votes: 3 });
  const [id = ""] = pool.comparisons;
  const [ann, bob] = [await makeAnnotator(), await makeAnnotator()];
  const pair = await claimOne(ann.id, { poolId: pool.id });
  await submitVote(ann, answerTo(pair, { comment: "A invents a book." }));
  await flagPair(ann, { comparisonId: id, reason: "harmful", comment: "A is worse.", skip: false });
  const { leaseId } = await claimOne(bob.id, { poolId: pool.id });
  await skipPair(bob, { comparisonId: id, leaseId, reason: "other", comment: "B is odd." });
  const { votes, slots, flags, skips, responses } = await getComparison(id);
  const [annsLeft, bobsLeft] = [await leftSideFor(id, ann.id), await leftSideFor(id, bob.id)];
  expect(responses[annsLeft]?.text).toBe(pair.left.text);
  expect(votes[0]?.revisions[0]?.leftSide).toBe(annsLeft);
  expect(slots[0]).toMatchObject({ imported: false, leftSide: annsLeft });
  expect([flags[0]?.leftSide, skips[0]?.leftSide]).toEqual([annsLeft, bobsLeft]);
});

it("spells out whose letters are whose", () => {
  expect(theirLetters(0, ["x", "y"])).toBe("Their A = x (A here), their B = y (B here)");
  expect(theirLetters(1, ["x", "y"])).toBe("Their A = y (B here), their B = x (A here)");
});

it("says that nobody saw a side of an imported vote", async () => {
  const vote = { by: "ann", strength: "better", imported: true } as const;
  const { comparisonIds } = await givenPool("Imported", [
    { prompt: "one", votes: [{ ...vote, side: 0 }] },
    { prompt: "two", votes: [{ ...vote, side: 1, left: 1 }] },
    { prompt: "three", votes: [{ ...vote, side: 1, left: 0 }] },
  ]);
  for (const [n, id] of comparisonIds.entries()) {
    const { slots, votes } = await getComparison(id);
    expect(slots[0]).toMatchObject({ state: "done", imported: true, leftSide: null });
    expect(votes[0]?.revisions[0]).toMatchObject({ kind: "import", leftSide: [null, 1, 0][n] });
  }
});

it("shows somebody an imported vote of theirs by what their own pages have on the left, whatever the file says", async () => {
  const cid = await person("cid");
  const vote = { by: "cid", side: 1, strength: "better", imported: true } as const;
  const { comparisonIds } = await givenPool("Theirs", [
    { prompt: "one", votes: [{ ...vote, left: 1 }] },
    { prompt: "two", votes: [{ ...vote, left: 0 }] },
  ]);
  const { items } = await myVotes(cid, {});
  expect(items).toHaveLength(2);
  for (const id of comparisonIds) {
    const place = placeOf(1, await leftSideFor(id, cid));
    const item = items.find(({ comparisonId }) => comparisonId === id);
    expect(item?.answer).toMatchObject({ place, imported: true });
    const view = await myVote(cid, item?.voteId ?? "");
    expect([view.revisions[0]?.place, place && view[place].text.startsWith("Second answer")]).toEqual([place, true]);
    const { pair } = await undoVote(
      { kind: "user", id: cid },
      { kind: "vote", voteId: view.voteId, tab: "tab", idempotencyKey: crypto.randomUUID() },
    );
    expect(pair?.draft?.content.choice).toBe(place);
  }
});
