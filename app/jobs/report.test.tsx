import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { Rise } from "./curves";
import { Report, reportOf } from "./report";

const share = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, count: 40 });
const evaluation = {
  kind: "sft",
  split: "test",
  rows: 40,
  nll: 2.3,
  response_tokens: 12_345,
  accuracy: share(0.6),
  per_strength: [{ name: "better", accuracy: share(0.7), mean_gap: 0.1 }],
  per_pool: [],
  calibration: { expected_calibration_error: 0.2, curve: [] },
  gap_histogram: [],
  length_bias: {
    votes_prefer_longer: share(0.5),
    model_prefers_longer: share(0.5),
    accuracy_chosen_longer: share(0.5),
    accuracy_chosen_shorter: share(0.5),
  },
  position_bias: null,
  agreement_ceiling: null,
};

function shown(changes: object, rise?: Rise): string {
  const report = reportOf({ evaluation: { ...evaluation, ...changes } });
  if (!report) throw new Error("The page cannot read this report");
  return renderToStaticMarkup(<Report report={report} rise={rise} />).replace(/<[^>]+>/g, " ");
}

it("leads with the held-out loss of a model that learned to write, and says what its ranking is worth", () => {
  const text = shown({});
  expect(text).toMatch(/Loss 2\.300, perplexity 9\.97 .*12,345 tokens.*60\.0% \(50\.0%–70\.0%\), 40 pairs.*SFT does not train for this/);
  expect(text).not.toContain("Calibration");
});

it("says first that fewer than 30 pairs are too few, whatever the model is judged by", () => {
  for (const kind of ["rm", "sft"]) {
    expect(shown({ kind, accuracy: { ...share(0.5), count: 29 } })).toMatch(
      /^ *Evaluation: [^.]* split +Too few to say +It was tested on 29 pairs; below 30/,
    );
    expect(shown({ kind, accuracy: { ...share(0.5), count: 30 } })).not.toContain("Too few");
  }
});

it("warns when the validation loss has risen, and names the best step", () => {
  const text = shown({}, { best: { step: 1200, loss: 0.5 }, last: { step: 3000, loss: 0.75 } });
  expect(text).toMatch(/risen since step 1,200 , from 0\.500 to 0\.750 at step 3,000: .* that of step 1,200: train again/);
  const best = shown({ validation: { saved_step: 1200 } }, { best: { step: 1200, loss: 0.5 }, last: { step: 3000, loss: 0.75 } });
  expect(best).toMatch(/other rows\. The model has the weights of step 1,200, the best\./);
  expect(shown({})).not.toContain("risen");
});

it("counts one pair, one row and one token as one", () => {
  const text = shown({ rows: 1, response_tokens: 1, accuracy: { ...share(0.5), count: 1 } });
  expect(text).toContain("on 1 row of");
  expect(text).toContain("(1 token)");
  expect(text).toMatch(/\), 1 pair /);
});

it("leads with the accuracy of a model that ranks, and of a report from before losses were in it", () => {
  for (const changes of [{ kind: "rm", nll: undefined }, { nll: undefined }]) {
    const text = shown(changes);
    expect(text).not.toContain("perplexity");
    expect(text).toMatch(/split +60\.0% \(50\.0%–70\.0%\), 40 pairs +Pairs that the model puts/);
  }
  expect(shown({ kind: "rm" })).toContain("Calibration: expected error 0.200");
});
