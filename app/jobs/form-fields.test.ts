import { describe, expect, it } from "vitest";
import { JOB_TYPES, paramsOf, type JobType } from "../contract/recipes";
import { STRENGTHS } from "../votes/strength";
import { formFields, readParams } from "./form-fields";

/** What a browser sends for a form that nobody touched. */
function untouched(type: JobType): FormData {
  const form = new FormData();
  for (const field of formFields(type)) {
    const name = `params.${field.name}`;
    if (field.kind === "many") for (const value of field.initial as string[]) form.append(name, value);
    else if (field.kind === "switch") {
      if (field.initial === true) form.append(name, "on");
    } else form.append(name, field.initial === undefined ? "" : String(field.initial));
  }
  return form;
}

describe("the start form", () => {
  it.each(["train_rm", "train_sft", "train_dpo", "evaluate", "score"] as const)(
    "left as it is, gives the recipe's defaults for %s",
    (type) => {
      expect(paramsOf[type].parse(readParams(type, untouched(type)))).toEqual(paramsOf[type].parse({}));
    },
  );

  it.each(JOB_TYPES)("names and explains every setting of %s", (type) => {
    for (const field of formFields(type)) {
      expect(field.title, field.name).not.toBe(field.name);
      expect(field.description.length, field.name).toBeGreaterThan(10);
    }
  });

  it("turns what was typed into numbers, lists and switches", () => {
    const form = untouched("train_dpo");
    form.set("params.beta", "0.25");
    form.delete("params.mask_format");
    form.delete("params.pairs");
    form.append("params.pairs", "chosen>rejected");
    expect(readParams("train_dpo", form)).toMatchObject({ beta: 0.25, mask_format: false, pairs: ["chosen>rejected"] });
  });

  it("takes all strengths for no filter, whatever is ticked behind it, and offers it apart from the strengths", () => {
    const strengths = formFields("train_sft").find(({ name }) => name === "strengths");
    expect(strengths).toMatchObject({ all: true, options: [...STRENGTHS] });
    const chosen = (...values: string[]) => {
      const form = untouched("train_sft");
      form.delete("params.strengths");
      for (const value of values) form.append("params.strengths", value);
      return readParams("train_sft", form).strengths;
    };
    expect(chosen("all", "better")).toEqual(["all"]);
    expect(chosen("", "better", "slightly_better")).toEqual(["better", "slightly_better"]);
    expect(chosen("")).toEqual([]);
  });

  it("takes the models to average with their weights", () => {
    const form = new FormData();
    form.append("params.models", "a");
    form.append("params.models", "b");
    form.set("weight.b", "0.5");
    expect(readParams("average", form)).toEqual({
      models: [
        { id: "a", weight: 1 },
        { id: "b", weight: 0.5 },
      ],
    });
  });
});
