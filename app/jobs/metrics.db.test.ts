import { expect, it } from "vitest";
import { db } from "../database/client.server";
import { riseOf } from "./curves";
import { metricsAfter } from "./queries.server";

it("thins a long run to what a chart can show, but never the evaluation with the lowest loss", async () => {
  const { id: jobId } = await db.job.create({ data: { name: "Long", type: "train_rm", params: {} } });
  // 400 evaluations, of which every fourth is shown, counted from the last. The lowest is the 98th.
  const seqs = Array.from({ length: 400 }, (_, index) => index + 1);
  const data = seqs.flatMap((n) => [
    { jobId, seq: 2 * n - 1, step: n, values: { loss: 1 } },
    { jobId, seq: 2 * n, step: n, values: { eval_loss: n === 98 ? 0.1 : n === 7 ? null : 0.5 } },
  ]);
  await db.jobMetric.createMany({ data });
  const points = await metricsAfter(jobId, 0);
  const evaluations = points.filter(({ values }) => "eval_loss" in values);
  expect(evaluations).toHaveLength(101);
  expect(points.map(({ seq }) => seq)).toEqual(points.map(({ seq }) => seq).sort((a, b) => a - b));
  expect(riseOf(points)).toEqual({ best: { step: 98, loss: 0.1 }, last: { step: 400, loss: 0.5 } });
});
