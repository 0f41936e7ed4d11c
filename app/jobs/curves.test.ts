import { expect, it } from "vitest";
import { compare, present, riseOf, series, trainingSteps } from "./curves";

const point = (seq: number, step: number, values: Record<string, number | null>) => ({ seq, step, at: seq * 1000, values });

it("puts a step's numbers and its evaluation in one row, and lets a step that was taken again count once", () => {
  const points = [
    point(1, 1, { loss: 0.9 }),
    point(2, 2, { loss: 0.8 }),
    point(3, 2, { eval_loss: 0.85 }),
    point(5, 3, { loss: null }),
    point(4, 2, { loss: 0.7 }),
  ];
  expect(series(points, ["loss", "eval_loss"])).toEqual([
    [1, 2, 3],
    [0.9, 0.7, null],
    [null, 0.85, null],
  ]);
  expect(present(points, "accuracy")).toBe(false);
});

it("lays runs of different lengths over the same steps", () => {
  const runs = [[point(1, 1, { loss: 1 }), point(2, 3, { loss: 2 })], [point(1, 2, { loss: 5 })]];
  expect(compare(runs, "loss")).toEqual([
    [1, 2, 3],
    [1, null, 2],
    [null, 5, null],
  ]);
});

it("sees when the validation loss has risen since its lowest, by more than chance", () => {
  const losses = (...values: (number | null)[]) => values.map((eval_loss, n) => point(n + 1, 10 * (n + 1), { eval_loss }));
  expect(riseOf(losses(0.9, 0.5, 0.7, 0.6))).toEqual({ best: { step: 20, loss: 0.5 }, last: { step: 40, loss: 0.6 } });
  expect(riseOf(losses(0.9, 0.5, 0.5, null, 0.6))).toMatchObject({ best: { step: 20 }, last: { step: 50 } });
  for (const falling of [losses(), losses(0.5), losses(0.9, 0.5), losses(0.9, 0.5, 0.504), losses(0.5, null)])
    expect(riseOf(falling)).toBeUndefined();
  expect(riseOf(losses(-1, -0.98))).toMatchObject({ best: { loss: -1 } });
});

it("knows how far training was when, and leaves out evaluations", () => {
  expect(trainingSteps([point(1, 1, { loss: 1 })])).toBeUndefined();
  const points = [point(1, 1, { loss: 0.9, steps: 4 }), point(2, 2, { loss: 0.8, steps: 4 }), point(3, 2, { eval_loss: 0.85, steps: 4 })];
  const samples = [
    { at: 1000, done: 1 },
    { at: 2000, done: 2 },
  ];
  expect(trainingSteps(points)).toEqual({ samples, done: 2, total: 4 });
});
