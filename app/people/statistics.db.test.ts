import { beforeAll, describe, expect, it } from "vitest";
import { givenPool, person } from "../../tests/support/votes";
import { db } from "../database/client.server";
import { peopleList } from "./list";
import { listPeople } from "./queries.server";
import { annotatorFigures } from "./statistics.server";

let ann: string;
let bob: string;
const everybody = () => [ann, bob, "00000000-0000-4000-8000-000000000000"];
const days = (n: number) => new Date(Date.now() - n * 86_400_000);

beforeAll(async () => {
  const { comparisonIds } = await givenPool("Figures", [
    {
      prompt: "one",
      gold: 0,
      votes: [
        { by: "ann", side: 0, strength: "better", left: 0, at: days(1) },
        { by: "bob", side: 1, strength: "better", left: 0, at: days(40) },
      ],
    },
    { prompt: "two", gold: 1, votes: [{ by: "ann", side: 0, strength: "better", left: 1, edited: "Improved.", at: days(2) }] },
    { prompt: "three", votes: [{ by: "ann", side: 1, strength: "better", left: 1, at: days(20), status: "extra" }] },
    // Imported: nobody here saw a side, whatever the file says.
    { prompt: "four", votes: [{ by: "ann", side: 1, at: days(3), left: 1, imported: true }] },
    { prompt: "five", votes: [{ by: "ann", side: 1, strength: "better", left: 1, at: days(4) }] },
  ]);
  [ann, bob] = [await person("ann"), await person("bob")];
  const revisions = await db.voteRevision.findMany({ where: { vote: { annotatorId: ann } }, orderBy: { createdAt: "desc" } });
  // Revisions are append-only for everybody; a test that needs times in the past writes them below that.
  await db.$transaction([
    db.$executeRaw`SET LOCAL session_replication_role = replica`,
    ...[1_000, 9_000, 3_000, 2_000].map(
      (ms, n) => db.$executeRaw`UPDATE "VoteRevision" SET "activeMs" = ${ms} WHERE "id" = ${revisions[n]!.id}::uuid`,
    ),
    db.$executeRaw`UPDATE "Vote" SET "status" = 'withdrawn', "slotId" = NULL WHERE "comparisonId" = ${comparisonIds[4]}::uuid`,
  ]);
  await db.skip.create({ data: { comparisonId: comparisonIds[0]!, annotatorId: bob, reason: "upsetting", createdAt: days(10) } });
  await db.flag.create({ data: { comparisonId: comparisonIds[1]!, annotatorId: bob, reason: "harmful" } });
});

describe("figures of annotators", () => {
  it("count votes that stand, their median time, left side, gold, edits, skips and flags", async () => {
    const figures = await annotatorFigures(0, everybody());
    expect(figures(ann)).toMatchObject({
      votes: 4,
      medianMs: 3_000,
      left: { chosen: 2, of: 3 },
      gold: { right: 1, of: 2 },
      edited: 1,
      skips: 0,
      flags: 0,
    });
    expect(figures(bob)).toMatchObject({
      votes: 1,
      medianMs: null,
      left: { chosen: 0, of: 1 },
      gold: { right: 0, of: 1 },
      skips: 1,
      flags: 1,
    });
    expect(figures("00000000-0000-4000-8000-000000000000")).toMatchObject({ votes: 0, medianMs: null, lastVoteAt: null });
  });

  it("can be of the last days only", async () => {
    const figures = await annotatorFigures(7, everybody());
    expect(figures(ann).votes).toBe(3);
    expect(figures(bob)).toMatchObject({ votes: 0, skips: 0, flags: 1 });
  });

  it("sort the list of people, those without a figure last", async () => {
    const order = async (sort: string) => (await listPeople(peopleList.parse({ sort, dir: "desc" }))).rows.map(({ name }) => name);
    expect(await order("votes")).toEqual(["ann", "bob"]);
    expect(await order("skips")).toEqual(["bob", "ann"]);
    expect(await order("medianMs")).toEqual(["ann", "bob"]);
  });
});
