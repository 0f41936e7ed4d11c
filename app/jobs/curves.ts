import type { Sample } from "../ui/time-left";

/** Numbers of a step or an evaluation; `at` in milliseconds, by the clock of the worker. */
export type Point = { seq: number; step: number; at: number; values: Record<string, number | null> };

/** The charts of a job, in order. A chart without a value in any of its series is not drawn. */
export const CHARTS: { title: string; names: string[]; log?: boolean }[] = [
  { title: "Loss", names: ["loss", "eval_loss"] },
  { title: "Accuracy", names: ["accuracy", "eval_accuracy"] },
  { title: "Margin", names: ["margin", "eval_margin"] },
  { title: "Mean reward", names: ["reward_better", "reward_worse", "eval_reward_better", "eval_reward_worse"] },
  { title: "Learning rate", names: ["learning_rate"] },
  { title: "Gradient norm", names: ["gradient_norm"] },
  { title: "Tokens per second", names: ["tokens_per_second"] },
  { title: "Peak memory (MiB)", names: ["peak_memory_mib"] },
];

/** `[steps, values of the first name, …]`. A step that was taken twice, after a resume, counts as it was the last time. */
export function series(points: Point[], names: string[]): [number[], ...(number | null)[][]] {
  const bySeq = [...points].sort((a, b) => a.seq - b.seq);
  const rows = new Map<number, Record<string, number | null>>();
  for (const { step, values } of bySeq) rows.set(step, { ...rows.get(step), ...values });
  const steps = [...rows.keys()].sort((a, b) => a - b);
  return [steps, ...names.map((name) => steps.map((step) => rows.get(step)?.[name] ?? null))];
}

/** One series per run over the steps of all of them, for comparing. */
export function compare(runs: Point[][], name: string): [number[], ...(number | null)[][]] {
  const columns = runs.map((points) => series(points, [name]));
  const steps = [...new Set(columns.flatMap(([own]) => own))].sort((a, b) => a - b);
  const values = columns.map(([own, column = []]) => {
    const at = new Map(own.map((step, index) => [step, column[index] ?? null]));
    return steps.map((step) => at.get(step) ?? null);
  });
  return [steps, ...values];
}

export const present = (points: Point[], name: string): boolean => points.some(({ values }) => typeof values[name] === "number");

export type Rise = { best: { step: number; loss: number }; last: { step: number; loss: number } };

/** As the worker has it (train/checkpoint.py): a loss that is above the lowest by no more than this share has not risen. */
const CHANCE = 0.01;

/** Where the validation loss was lowest, and what it was last, when it has risen since. */
export function riseOf(points: Point[]): Rise | undefined {
  const [steps, losses = []] = series(points, ["eval_loss"]);
  const evaluations = steps.flatMap((step, index) => {
    const loss = losses[index];
    return typeof loss === "number" ? [{ step, loss }] : [];
  });
  const last = evaluations.at(-1);
  const [best] = [...evaluations].sort((a, b) => a.loss - b.loss || a.step - b.step);
  return best && last && last.loss > best.loss + CHANCE * Math.abs(best.loss) ? { best, last } : undefined;
}

/** How far training was when, and of how many steps; undefined before its first step. */
export function trainingSteps(points: Point[]): { samples: Sample[]; done: number; total: number } | undefined {
  const last = points.findLast(({ values }) => typeof values.steps === "number");
  if (!last?.values.steps) return undefined;
  const taken = points.filter(({ values }) => typeof values.loss === "number");
  return { samples: taken.map(({ at, step }) => ({ at, done: step })), done: last.step, total: last.values.steps };
}
