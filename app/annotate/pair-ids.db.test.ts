import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { makePool } from "../../tests/support/annotation";
import { person } from "../../tests/support/person";
import { db } from "../database/client.server";
import { loader as history } from "../routes/annotate.history._index";
import { loader as answer } from "../routes/annotate.history.$voteId";
import { action as claim } from "../routes/annotate.claim";
import { action as draft } from "../routes/annotate.draft";
import { action as heartbeat } from "../routes/annotate.heartbeat";
import { action as skip } from "../routes/annotate.skip";
import { action as undo } from "../routes/annotate.undo";
import { action as vote } from "../routes/annotate.vote";
import type { ClaimResponse, HeartbeatResponse, Pair, VoteResponse } from "./schema";

const tab = "tab-of-the-test";
const answered = { choice: "left", strength: "better", activeMs: 0, guidelineVersion: 1, draftVersion: 1 };

it("an annotator gets no id that tells when a comparison was made, and is understood by those that they get", async () => {
  const pool = await makePool({ comparisons: 2 });
  const { cookie } = await person("annotator");
  const headers = { Cookie: `${cookie.name}=${cookie.value}`, "Content-Type": "application/json" };
  const said: string[] = [];
  const args = (request: Request, params = {}) => ({ request, params, context: {} });
  const post = async <T>(action: typeof claim, body: object): Promise<T> => {
    const response = await action(args(new Request("http://localhost/", { method: "POST", headers, body: JSON.stringify(body) })));
    said.push(await response.clone().text());
    expect(response.status, said.at(-1)).toBe(200);
    return (await response.json()) as T;
  };

  const { pairs } = await post<ClaimResponse>(claim, { tab, count: 2, poolId: pool.id });
  const [one, two] = pairs as [Pair, Pair];
  const { leases } = await post<HeartbeatResponse>(heartbeat, { tab, active: true, leases: [one, two].map(({ comparisonId, leaseId }) => ({ comparisonId, leaseId })) }); // prettier-ignore
  expect(leases).toMatchObject([one, two].map(({ comparisonId }) => ({ comparisonId, state: "held" })));
  await post(draft, { tab, comparisonId: one.comparisonId, leaseId: one.leaseId, baseVersion: 0, content: { comment: "mine" } });
  const given = { tab, idempotencyKey: randomUUID(), comparisonId: one.comparisonId, leaseId: one.leaseId };
  const { voteId } = await post<VoteResponse>(vote, { ...given, ...answered });
  await post(skip, { comparisonId: two.comparisonId, leaseId: two.leaseId, reason: "unclear_prompt" });
  said.push(JSON.stringify(await history(args(new Request("http://localhost/", { headers })))));
  said.push(JSON.stringify(await answer(args(new Request("http://localhost/", { headers }), { voteId }))));
  expect(await post<{ pair: Pair }>(undo, { kind: "skip", tab, comparisonId: two.comparisonId })).toMatchObject({ pair: { comparisonId: two.comparisonId } }); // prettier-ignore

  expect(await db.vote.findUniqueOrThrow({ where: { id: voteId } })).toMatchObject({ comparisonId: pool.comparisons[0] });
  for (const id of pool.comparisons) expect(said.join("\n")).not.toContain(id);
  expect(said.join("\n").split(one.comparisonId).length, "it is the same id everywhere").toBeGreaterThan(4);

  // A page that was opened before ids were encrypted holds a comparison's own id.
  await post(skip, { comparisonId: pool.comparisons[1], leaseId: two.leaseId, reason: "unclear_prompt" });
});
