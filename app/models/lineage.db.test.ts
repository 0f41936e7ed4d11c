import { expect, it } from "vitest";
import { makeWorker } from "../../tests/support/jobs";
import { makeRelease } from "../../tests/support/releases";
import { givenPool } from "../../tests/support/votes";
import { db } from "../database/client.server";
import { ancestors, descendants, modelsBehindComparison, releasesBehind } from "./lineage.server";

it("leads from a checkpoint to its votes, and from a vote to every checkpoint it went into", async () => {
  const { admin } = await makeWorker();
  const vote = [{ by: "bo", side: 0 as const, strength: "better" as const }];
  const { comparisonIds } = await givenPool("lineage", [
    { prompt: "first", votes: vote },
    { prompt: "second", votes: vote },
  ]);
  const { release } = await makeRelease({}, "all of it");
  const later = await givenPool("later", [{ prompt: "third", votes: vote }]);
  const base = await db.model.create({ data: { name: "base", kind: "checkpoint", task: "causal", path: "/m" } });
  const job = await db.job.create({ data: { name: "rm", type: "train_rm", params: {}, releaseId: release.id, createdById: admin.id } });
  const made = await db.model.create({
    data: { name: "rm", kind: "checkpoint", task: "reward", jobId: job.id, parents: { create: { parentId: base.id } } },
  });
  const mean = await db.model.create({
    data: { name: "mean", kind: "checkpoint", task: "reward", parents: { create: { parentId: made.id } } },
  });

  expect((await ancestors(mean.id)).rows).toMatchObject([
    { id: made.id, depth: 1, jobNumber: job.number },
    { id: base.id, depth: 2 },
  ]);
  expect((await descendants(base.id)).rows).toMatchObject([
    { id: made.id, depth: 1 },
    { id: mean.id, depth: 2 },
  ]);
  expect(await releasesBehind(mean.id)).toMatchObject({ rows: [{ id: release.id, votes: 2, models: ["rm"], modelsTotal: 1 }], total: 1 });
  expect(await releasesBehind(base.id)).toEqual({ rows: [], total: 0 });
  const behind = await modelsBehindComparison(comparisonIds[0] ?? "");
  expect(behind.rows.map(({ name }) => name).sort()).toEqual(["mean", "rm"]);
  expect(behind).toMatchObject({ rows: [{ releaseNumber: release.number }, { releaseNumber: release.number }], total: 2 });
  expect((await modelsBehindComparison(later.comparisonIds[0] ?? "")).rows).toEqual([]);
});
