import { describe, expect, it } from "vitest";
import { answerTo, claim, claimOne, makeAnnotator, makePool, slotsOf } from "../../tests/support/annotation";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { submitVote } from "../votes/submit.server";
import { archiveComparisons, restoreComparisons } from "./commands.server";

const states = async (id: string) => (await slotsOf(id)).map((slot) => slot.state);

describe("archiving comparisons", () => {
  it("closes what is open, lets work in progress be finished, and keeps what is done", async () => {
    const pool = await makePool({ comparisons: 2, votes: 3 });
    const [one = "", two = ""] = pool.comparisons;
    const [ann, ben] = [await makeAnnotator(), await makeAnnotator()];
    await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })));
    const pair = await claimOne(ben.id, { poolId: pool.id });
    expect(await archiveComparisons(COMMAND_LINE, [one, two])).toBe(2);
    expect([await states(one), await states(two)]).toEqual([
      ["done", "leased", "closed"],
      ["closed", "closed", "closed"],
    ]);
    expect((await submitVote(ben, answerTo(pair))).status).toBe("counted");
    expect(await claim((await makeAnnotator()).id, { poolId: pool.id })).toMatchObject({ status: "finished" });
    expect(await db.auditEntry.findFirst({ where: { action: "comparison.archive" } })).toMatchObject({
      detail: { ids: [one, two].sort(), closed: 4 },
    });
  });

  it("does nothing twice, and restores at the end of the queue", async () => {
    const pool = await makePool({ comparisons: 2 });
    const [one = "", two = ""] = pool.comparisons;
    await archiveComparisons(COMMAND_LINE, [one]);
    expect(await archiveComparisons(COMMAND_LINE, [one])).toBe(0);
    expect(await restoreComparisons(COMMAND_LINE, [one, two])).toBe(1);
    const ann = await makeAnnotator();
    const { pairs } = await claim(ann.id, { poolId: pool.id, count: 2 });
    expect(pairs.map((pair) => pair.comparisonId)).toEqual([two, one]);
  });
});
