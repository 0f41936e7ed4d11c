import { z } from "zod";
import { releaseInput } from "./schema";

const some = (value: unknown) => (value === undefined || value === "" ? undefined : value);
const ticked = (value: unknown) => value === "on";
const included = (value: unknown) => (value === "on" ? "include" : "exclude");
const percent = (value: unknown) => (some(value) === undefined ? undefined : Number(value) / 100);
const list = (value: unknown) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** The fields of the new-release form, as the options that it stands for. Percentages are typed as such. */
export const releaseForm = z.preprocess((value) => {
  const form = value as Record<string, unknown>;
  return {
    name: form.name ?? "",
    options: {
      pools: list(form.pools),
      rounds: list(form.rounds).map(Number),
      from: some(form.from),
      to: some(form.to),
      strengths: list(form.strengths),
      unstated: some(form.unstated),
      deactivated: included(form.deactivated),
      notBlind: included(form.notBlind),
      minGoldAccuracy: percent(form.minGoldAccuracy),
      golds: included(form.golds),
      flagged: included(form.flagged),
      archived: included(form.archived),
      identityLeaks: form.identityLeaks === "on" ? "exclude" : "include",
      aggregation: form.aggregation,
      pairs: list(form.pairs),
      margins: form.margins,
      validation: percent(form.validation),
      test: percent(form.test),
      seed: some(form.seed) === undefined ? undefined : Number(form.seed),
      pseudonyms: ticked(form.pseudonyms),
      details: ticked(form.details),
      parquet: ticked(form.parquet),
      variants: list(form.variants),
    },
  };
}, releaseInput);
