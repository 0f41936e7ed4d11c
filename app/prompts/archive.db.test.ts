import { describe, expect, it } from "vitest";
import { COMMAND_LINE } from "~/audit/commands.server";
import { archiveComparisons } from "~/comparisons/commands.server";
import { comparisonList } from "~/comparisons/list";
import { listComparisons } from "~/comparisons/queries.server";
import { db } from "~/database/client.server";
import { makePool, slotsOf } from "../../tests/support/annotation";
import { archivePrompts, restorePrompts } from "./commands.server";
import { promptList } from "./list";
import { listPrompts } from "./queries.server";

const promptsOf = async (poolId: string) =>
  (await db.prompt.findMany({ where: { poolId }, orderBy: { createdAt: "asc" } })).map(({ id }) => id);

describe("archiving prompts", () => {
  it("takes their comparisons out of service, and restores only what it took out", async () => {
    const { id: pool, comparisons } = await makePool({ comparisons: 3, votes: 2 });
    const prompts = await promptsOf(pool);
    await archiveComparisons(COMMAND_LINE, [comparisons[0]!]);
    expect(await archivePrompts(COMMAND_LINE, prompts)).toBe(3);
    expect(await archivePrompts(COMMAND_LINE, prompts)).toBe(0);
    for (const id of comparisons) expect((await slotsOf(id)).map(({ state }) => state)).toEqual(["closed", "closed"]);
    expect(await restorePrompts(COMMAND_LINE, prompts)).toBe(3);
    const states = await Promise.all(comparisons.map(async (id) => (await slotsOf(id)).map(({ state }) => state)));
    expect(states).toEqual([
      ["closed", "closed"],
      ["open", "open"],
      ["open", "open"],
    ]);
    const entries = await db.auditEntry.findMany({ where: { action: { startsWith: "prompt." } }, orderBy: { id: "asc" } });
    expect(entries.map(({ action, subjectId }) => [action, subjectId])).toEqual([
      ["prompt.archive", "3"],
      ["prompt.restore", "3"],
    ]);
  });
});

describe("lists", () => {
  it("finds prompts by the beginnings of words, by id and by what the filters say", async () => {
    const { id: pool, comparisons } = await makePool({ comparisons: 4 });
    const [first, second] = await promptsOf(pool);
    await db.prompt.update({ where: { id: first! }, data: { externalId: "A-1", excerpt: "Explain the Doppler effect, please" } });
    const ids = async (query: Record<string, unknown>) =>
      (await listPrompts(promptList.parse({ pool, ...query }))).rows.map(({ id }) => id);
    expect(await ids({ q: "doppl expl" })).toEqual([first]);
    expect(await ids({ q: "oppler" })).toEqual([]);
    expect(await ids({ q: "A-1" })).toEqual([first]);
    expect(await ids({ q: second })).toEqual([second]);
    expect(await ids({ q: "' | ! & :* (" })).toEqual([]);
    await archivePrompts(COMMAND_LINE, [first!]);
    expect(await ids({ q: "doppler" })).toEqual([]);
    expect(await ids({ archived: "yes" })).toEqual([first]);
    const shown = async (query: Record<string, unknown>) =>
      (await listComparisons(comparisonList.parse({ pool, ...query }))).rows.map(({ id }) => id);
    expect(await shown({ q: "doppler", archived: "all" })).toEqual([comparisons[0]]);
    expect(await shown({ progress: "waiting", dir: "asc" })).toEqual(comparisons.slice(1));
    expect(await shown({ progress: "complete" })).toEqual([]);
    expect(await shown({ model: "ALPHA", dir: "asc" })).toEqual(comparisons.slice(1));
    expect(await shown({ model: "%" })).toEqual([]);
    await db.flag.create({
      data: {
        comparisonId: comparisons[2]!,
        annotatorId: (await db.user.create({ data: { email: "f@example.org", name: "F", role: "annotator", pseudonym: "f" } })).id,
        reason: "other",
      },
    });
    expect(await shown({ only: "flagged" })).toEqual([comparisons[2]]);
    expect(await shown({ only: "gold" })).toEqual([]);
  });
});
