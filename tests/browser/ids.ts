import { randomUUID } from "node:crypto";
import type { Ids } from "./route-table";
import type { World } from "./world";

/** One of everything, so that every page has something to show. Loaded late, like all modules that read settings. */
export async function oneOfEach({ db, person }: World): Promise<Ids> {
  const { makePool, claimOne, answerTo } = await import("../support/annotation");
  const { submitVote } = await import("../../app/votes/submit.server");
  const { createRelease } = await import("../../app/releases/commands.server");
  const { createToken } = await import("../../app/tokens/commands.server");
  const { invite } = await import("../../app/people/commands.server");
  const { makeReset } = await import("../../app/auth/resets.server");
  const admin = { kind: "user" as const, id: (await person("admin", "Ada")).id };
  const annotator = await person("annotator", "Ann");
  const pool = await makePool({
    comparisons: 3,
    votes: 2,
    responses: ["The **first** answer.\n\n```js\nlet a = 1;\n```", "The second answer, with $x^2$."],
  });
  const pair = await claimOne(annotator.id, { poolId: pool.id });
  await submitVote({ kind: "user", id: annotator.id }, answerTo(pair, { edit: { text: `${pair.left.text} Better.` } }));
  const vote = await db.vote.findFirstOrThrow({ where: { annotatorId: annotator.id } });
  const comparison = vote.comparisonId;
  const { promptId } = await db.comparison.findUniqueOrThrow({ where: { id: comparison } });
  await db.flag.create({ data: { comparisonId: comparison, annotatorId: annotator.id, reason: "duplicate", comment: "Seen before" } });
  await db.skip.create({ data: { comparisonId: pool.comparisons[1]!, annotatorId: annotator.id, reason: "unclear_prompt" } });
  const run = await db.importRun.create({
    data: {
      poolId: pool.id,
      fileName: "pairs.jsonl",
      format: "jsonl",
      options: { pairs: { rule: "all" }, round: 1, sha256: "0".repeat(64) },
      status: "done",
      rows: 3,
      finishedAt: new Date(),
    },
  });
  const { number } = await createRelease(admin, { name: "First", options: {} });
  const model = await db.model.create({ data: { name: `tiny-${randomUUID()}`, kind: "checkpoint", task: "causal", path: "/models/tiny" } });
  const job = await db.job.create({
    data: { name: "sampled", type: "sample", status: "failed", params: { pool_id: pool.id }, baseModelId: model.id },
  });
  await createToken(admin, { name: "Nightly import", scopes: ["import"], expires: "90" });
  const token = await invite(admin, { role: "annotator", note: "For Ben" });
  return {
    pool: pool.id,
    prompt: promptId,
    comparison,
    import: run.id,
    release: number,
    vote: vote.id,
    person: annotator.id,
    model: model.id,
    job: job.id,
    invite: token,
    reset: await makeReset(admin, annotator.id),
    voter: annotator.cookie,
  };
}
