import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { answerTo, claimOne, makeAnnotator, makePool } from "../../tests/support/annotation";
import { makeRelease } from "../../tests/support/releases";
import { db } from "../database/client.server";
import { recordDownload, recordOpened } from "./opened.server";
import { regradeVote } from "./regrade.server";
import { submitVote } from "./submit.server";

const promptOf = async (comparisonId: string) => (await db.comparison.findUniqueOrThrow({ where: { id: comparisonId } })).promptId;
/** Of each revision of a vote, in order, whether its writer had seen more than the pair. */
const unblinded = async (voteId: string) =>
  (await db.voteRevision.findMany({ where: { voteId }, orderBy: { number: "asc" } })).map((revision) => revision.unblinded);

it("a vote is not blind once its writer has opened the prompt, and no other vote is touched", async () => {
  const pool = await makePool({ comparisons: 2, votes: 2 });
  const [rita, ann] = [await makeAnnotator("Rita"), await makeAnnotator("Ann")];
  const seen = await claimOne(rita.id, { poolId: pool.id });
  await recordOpened(rita.id, await promptOf(seen.comparisonId));
  await recordOpened(rita.id, await promptOf(seen.comparisonId));
  expect(await unblinded((await submitVote(rita, answerTo(seen))).voteId)).toEqual([true]);
  expect(await unblinded((await submitVote(rita, answerTo(await claimOne(rita.id, { poolId: pool.id })))).voteId)).toEqual([false]);
  const others = await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })));
  expect(await unblinded(others.voteId)).toEqual([false]);
});

it("an answer that is changed after its prompt was opened is not blind; what stood before was", async () => {
  const pool = await makePool();
  const rita = await makeAnnotator("Rita");
  const pair = await claimOne(rita.id, { poolId: pool.id });
  const { voteId } = await submitVote(rita, answerTo(pair));
  await recordOpened(rita.id, await promptOf(pair.comparisonId));
  const again = { voteId, revision: 1, idempotencyKey: randomUUID(), choice: "left", strength: "better", activeMs: 5 } as const;
  await regradeVote(rita, { ...again, nothingToImprove: true, comment: "" });
  expect(await unblinded(voteId)).toEqual([false, true]);
});

it("rows of a release show the votes of their comparisons; its card and manifest do not", async () => {
  const pool = await makePool({ votes: 3 });
  const [ann, rita, ben] = [await makeAnnotator("Ann"), await makeAnnotator("Rita"), await makeAnnotator("Ben")];
  await submitVote(ann, answerTo(await claimOne(ann.id, { poolId: pool.id })));
  const { number } = await makeRelease({ pools: [pool.id] });
  await recordDownload(rita.id, number, undefined);
  for (const file of ["README.md", "manifest.json", "llamafactory/dataset_info.json"]) await recordDownload(ben.id, number, file);
  const vote = async (person: typeof ann) => await submitVote(person, answerTo(await claimOne(person.id, { poolId: pool.id })));
  expect(await unblinded((await vote(rita)).voteId)).toEqual([true]);
  const bens = await vote(ben);
  expect(await unblinded(bens.voteId)).toEqual([false]);
});
