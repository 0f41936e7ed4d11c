import { beforeAll, describe, expect, it } from "vitest";
import { allRows, makeRelease } from "../../tests/support/releases";
import { givenPool, person, type GivenComparison } from "../../tests/support/votes";
import { db } from "../database/client.server";
import { previewRelease } from "./queries.server";
import { releaseOptions, type LeftOut, type ReleaseOptionsInput } from "./schema";

let poolId: string;
const day = (text: string) => new Date(`${text}T23:30:00Z`);

/** One comparison per rule, named by the prompt; "plain" meets all of them. */
const comparisons: Record<string, GivenComparison["votes"][number] & Partial<GivenComparison>> = {
  plain: { by: "good", side: 0, strength: "better", at: day("2026-03-02") },
  early: { by: "good", side: 0, strength: "better", at: day("2026-03-01") },
  late: { by: "good", side: 0, strength: "better", at: day("2026-03-03") },
  round: { by: "good", side: 0, strength: "better", round: 2 },
  extra: { by: "good", side: 0, strength: "better", status: "extra" },
  archived: { by: "good", side: 0, strength: "better", archived: true },
  gold: { by: "good", side: 0, strength: "better", gold: 0 },
  closed: { by: "closed", side: 0, strength: "better" },
  seen: { by: "good", side: 0, strength: "better", unblinded: true },
  careless: { by: "careless", side: 0, strength: "better" },
  "careless gold": { by: "careless", side: 1, strength: "better", gold: 0 },
  flagged: { by: "good", side: 0, strength: "better" },
  resolved: { by: "good", side: 0, strength: "better" },
  leaks: { by: "good", side: 0, strength: "better", leaks: true },
  identical: { by: "good", side: 0, strength: "better", responses: ["same", "same"] },
  unstated: { by: "good", side: 0 },
};

beforeAll(async () => {
  const given = Object.entries(comparisons).map(([prompt, { by, side, strength, at, status, unblinded, ...rest }]) => {
    const vote = {
      by,
      side,
      at: at ?? day("2026-03-02"),
      ...(strength ? { strength } : {}),
      ...(status ? { status } : {}),
      ...(unblinded ? { unblinded } : {}),
    };
    return { prompt, ...rest, votes: [vote] };
  });
  const made = await givenPool("Rules", given);
  poolId = made.poolId;
  await db.user.update({ where: { id: await person("closed") }, data: { deactivatedAt: new Date() } });
  const flag = async (prompt: string, resolvedAt: Date | null) => {
    const comparisonId = made.comparisonIds[Object.keys(comparisons).indexOf(prompt)] ?? "";
    await db.flag.create({ data: { comparisonId, annotatorId: await person("good"), reason: "other", resolvedAt } });
  };
  await flag("flagged", null);
  await flag("resolved", new Date());
});

const without = (...left: string[]) =>
  Object.keys(comparisons)
    .filter((name) => !["extra", "identical", ...left].includes(name))
    .sort();
const everything = { golds: "include", deactivated: "include", notBlind: "include", flagged: "include", archived: "include" } as const;

const cases: [string, ReleaseOptionsInput, string[]][] = [
  ["by default", {}, without("archived", "gold", "careless gold", "closed", "seen", "flagged")],
  ["with everything that can be included", everything, without()],
  ["with votes that are not blind", { notBlind: "include" }, without("archived", "gold", "careless gold", "closed", "flagged")],
  ["of one round", { ...everything, rounds: [2] }, ["round"]],
  ["from a day on", { ...everything, from: "2026-03-02" }, without("early")],
  ["up to a day", { ...everything, to: "2026-03-02" }, without("late")],
  ["of one day", { from: "2026-03-01", to: "2026-03-01" }, ["early"]],
  ["of people who pass gold", { ...everything, minGoldAccuracy: 0.5 }, without("careless", "careless gold", "closed")],
  ["without identity leaks", { ...everything, identityLeaks: "exclude" }, without("leaks")],
  ["of one strength", { ...everything, strengths: ["better"] }, without("unstated")],
  ["of one strength, and those without", { ...everything, strengths: ["better"], unstated: "include" }, without()],
  ["only of what has a strength", { ...everything, unstated: "exclude" }, without("unstated")],
];

describe("a release", () => {
  it.each(cases)("%s holds what it says, in both aggregations, as the preview foretold", async (_, options, expected) => {
    for (const aggregation of ["majority", "votes"] as const) {
      const all = { pools: [poolId], ...options, aggregation };
      const { folder, manifest } = await makeRelease({ ...all, parquet: false, variants: [] });
      const rows = await allRows(folder, manifest);
      expect(rows.map((row) => row.prompt[0]?.content).sort()).toEqual(expected);
      const preview = await previewRelease(releaseOptions.parse(all));
      expect(preview).toMatchObject({
        rows: rows.length,
        votes: 16,
        leftOutVotes: manifest?.leftOut.votes,
        leftOutRows: manifest?.leftOut.rows,
      });
      const left = [...Object.values(preview.leftOutVotes), ...Object.values(preview.leftOutRows)].reduce((sum, number) => sum + number, 0);
      expect(left + rows.length).toBe(16);
    }
  });

  it("names each reason", async () => {
    const { leftOutVotes } = await previewRelease(releaseOptions.parse({ pools: [poolId] }));
    expect(leftOutVotes).toEqual({
      extra: 1,
      archived: 1,
      gold: 2,
      deactivated: 1,
      not_blind: 1,
      flagged: 1,
      identical: 1,
    } satisfies Partial<Record<LeftOut, number>>);
  });

  it("leaves the defaults to the options, and refuses what they cannot be", () => {
    expect(releaseOptions.parse({})).toMatchObject({ unstated: "include", golds: "exclude", margins: "llama2-small", validation: 0.05 });
    expect(releaseOptions.parse({ strengths: ["better"] })).toMatchObject({ unstated: "exclude" });
    expect(releaseOptions.safeParse({ from: "2026-03-02", to: "2026-03-01" }).error?.issues[0]?.message).toMatch(/before the first day/);
    expect(releaseOptions.safeParse({ pairs: [] }).success).toBe(false);
    expect(releaseOptions.safeParse({ strenghts: ["better"] }).success).toBe(false);
  });
});
