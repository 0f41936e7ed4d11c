import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { makeRelease } from "../../tests/support/releases";
import { givenPool, person, type GivenVote } from "../../tests/support/votes";
import { getComparison } from "../comparisons/detail.server";
import { getPerson } from "../people/queries.server";
import { peopleAgreement, poolQuality } from "./queries.server";

/** The answers of p0, p1 and p2 on each comparison, and the share of pairs of them that are the same. */
const ANSWERS: [GivenVote["side"][], number | undefined][] = [
  [[0, 0, 0], 1],
  [[0, 0, 1], 1 / 3],
  [[0, 1], 0],
  [["tie", "both_bad"], 1],
  [[0, "tie"], 0],
  [[0], undefined],
];
/** (1 + 1/3 + 0 + 1 + 0) / 5, on 12 of 13 votes. After comparisons without a majority and ties were left out it would be 4 of 6 pairs. */
const TRUTH = 7 / 15;

let poolId: string;
let comparisonIds: string[];

beforeAll(async () => {
  const comparisons = ANSWERS.map(([answers], n) => ({
    prompt: `Question ${n}`,
    votes: answers.map((side, index): GivenVote => ({
      ...{ by: `p${index}`, side, strength: typeof side === "number" ? (n === 0 ? "significantly_better" : "better") : undefined },
      // Of the first comparison: chosen on the left, on the right, and by an import that says so.
      ...(n === 0 && { left: index === 1 ? (1 as const) : (0 as const), imported: index === 2 }),
    })),
  }));
  ({ poolId, comparisonIds } = await givenPool("Agreement", comparisons));
});

describe("agreement is over all votes, with neither in the middle", () => {
  it("of a pool", async () => {
    const quality = (await poolQuality()).get(poolId);
    expect(quality).toMatchObject({ compared: 12, votes: 13, comparisons: 5 });
    expect(quality?.share).toBeCloseTo(TRUTH);
    expect(quality?.alpha).toBeTypeOf("number");
  });

  it("of a person, over the pairs that have a vote of theirs", async () => {
    const of = async (name: string) => (await peopleAgreement()).get(await person(name));
    // Others on the same comparisons: all of two, one of two, none, all of one, none.
    expect(await of("p0")).toMatchObject({ share: 2.5 / 5, compared: 5, votes: 6 });
    expect(await of("p2")).toMatchObject({ share: 0.5, compared: 2, votes: 2 });
    // The tie and the both bad are votes, too.
    expect(await getPerson(await person("p1"))).toMatchObject({ agreement: { compared: 5, votes: 5 }, figures: { votes: 5 } });
  });

  it("of a comparison", async () => {
    for (const [n, [answers, share]] of ANSWERS.entries()) {
      const { figures } = await getComparison(comparisonIds[n] ?? "");
      expect(figures).toMatchObject({ counted: answers.length, neither: answers.filter((answer) => typeof answer === "string").length });
      if (share === undefined) expect(figures.agreement.share).toBeUndefined();
      else expect(figures.agreement.share).toBeCloseTo(share);
    }
  });

  it.each([
    ["by majority", { aggregation: "majority" }, 3],
    ["with one row per vote", { aggregation: "votes" }, 10],
    ["with one strength only", { aggregation: "majority", strengths: ["significantly_better"] }, 1],
  ] as const)("of a release %s, whatever rows come of the votes", async (_, options, rows) => {
    const { manifest, folder } = await makeRelease({
      ...options,
      strengths: [...("strengths" in options ? options.strengths : [])],
      pools: [poolId],
      test: 0,
      validation: 0,
    });
    expect(manifest?.counts.rows).toBe(rows);
    expect(manifest?.statistics).toMatchObject({
      ...{ pairwiseAgreement: 0.467, agreementVotes: { counted: 12, of: 13 } },
      ...{ leftRate: 0.5, leftVotes: { counted: 2, of: 13 } },
    });
    const card = await readFile(path.join(folder, "README.md"), "utf8");
    expect(card).toContain("give the same answer: A, B or neither | 46.7%, 12 of 13 votes |");
    expect(card).toContain("The response shown on the left is preferred | 50%, 2 of 13 votes |");
  });
});
